/** The box that screen 5 speaks of: the one in focus, or the watched one that tells most. */
import type {WatchedBox} from './box-watch.ts';

export const whyBox = (boxes: readonly WatchedBox[], focused: string | null): WatchedBox | null =>
	boxes.find(({instanceId}) => instanceId === focused) ?? mostTelling(boxes);

const mostTelling = (boxes: readonly WatchedBox[]): WatchedBox | null =>
	boxes.find(({boot}) => boot?.firstFault != null) ??
	boxes.find(({boot}) => boot !== null && boot.entryCount > 0) ??
	boxes[0] ??
	null;
