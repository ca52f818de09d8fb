/**
 * V8 lets its young generation grow to 128 MB while much is parsed, and keeps it although hardly anything in it is live.
 * From a size on at which growing makes nothing quicker any more, it is told to grow no further.
 */
import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

const enoughBytes = 8 * 1024 ** 2;

/** True when it may not grow any more. To be asked now and then. */
export const limitYoungHeap = (): boolean => {
	const size = getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space')?.space_size ?? 0;
	if (size < enoughBytes) return false;
	setFlagsFromString('--semi-space-growth-factor=1');
	return true;
};

const everyMs = 250;

/** Asks for as long as this process runs, until it is so. */
export const keepYoungHeapSmall = (): void => {
	const timer = setInterval(() => {
		if (limitYoungHeap()) clearInterval(timer);
	}, everyMs);
	timer.unref();
};
