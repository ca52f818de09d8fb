/** The Ink app: rows of a frame on the screen, keys and pastes to the table. Everything else is plain functions. */
import {Box, Text, useApp, useInput, usePaste, useWindowSize} from 'ink';
import {memo, useEffect, useLayoutEffect, useSyncExternalStore} from 'react';
import {keyNames} from './keys/key-name.ts';
import {type Look, paintRow} from './paint-row.ts';
import type {Frame} from './screen.ts';

export type AppProps = {
	/** Paints the frame for a size; called once a version and size. */
	readonly paint: (columns: number, rows: number) => Frame;
	readonly look: () => Look;
	readonly subscribe: (listener: () => void) => () => void;
	readonly version: () => number;
	readonly painted: (frame: Frame) => void;
	readonly press: (keys: readonly string[]) => void;
	readonly paste: (text: string) => void;
	/** Gets what only a component can reach. */
	readonly attach: (app: ReturnType<typeof useApp>) => void;
};

export const App = ({paint, look, subscribe, version, painted, press, paste, attach}: AppProps) => {
	useSyncExternalStore(subscribe, version);
	const {columns, rows} = useWindowSize();
	const app = useApp();
	const frame = paint(columns, rows);
	const style = look();
	useEffect(() => attach(app), [app, attach]);
	useLayoutEffect(() => painted(frame));
	useInput((input, key) => press(keyNames(input, key)));
	usePaste(paste);
	return (
		<Box width={columns} height={rows} flexDirection="column">
			{frame.rows.map((row, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place.
				<Line key={index} text={paintRow(row, style)} />
			))}
		</Box>
	);
};

/** Already cut to the width; the same text is not laid out again. */
const Line = memo(({text}: {readonly text: string}) => <Text wrap="truncate">{text}</Text>);
