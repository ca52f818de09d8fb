/** A row as the bytes of one line: the only place where colours become escape sequences. */
import {toAscii} from './ascii.ts';
import type {Row, Span} from './span.ts';
import {colourOf, selectionOf, type ThemeName} from './theme.ts';

export type Look = {readonly theme: ThemeName; readonly colour: boolean; readonly ascii: boolean};

const reset = '\u001B[0m';

export const paintRow = ({spans}: Row, look: Look): string => {
	let line = '';
	let styled = false;
	let before = '';
	for (const span of spans) {
		if (span.text === '') continue;
		const style = styleOf(span, look);
		if (style !== before) {
			if (styled) line += reset;
			line += style;
			styled = style !== '';
			before = style;
		}
		line += look.ascii ? toAscii(span.text) : span.text;
	}
	return styled ? line + reset : line;
};

const styleOf = ({token, bold, on, reverse}: Span, {theme, colour}: Look): string => {
	const codes: string[] = [];
	if (bold === true) codes.push('1');
	if (reverse === true) codes.push('7');
	if (colour) {
		const foreground = colourOf(theme, token);
		if (foreground !== undefined) codes.push(foregroundCode(foreground));
		const background = on === true ? selectionOf(theme) : undefined;
		if (background !== undefined) codes.push(`48;2;${channels(background)}`);
	} else if (token === 'dim') codes.push('2');
	return codes.length === 0 ? '' : `\u001B[${codes.join(';')}m`;
};

const named: Readonly<Record<string, string>> = {
	red: '31',
	green: '32',
	yellow: '33',
	blue: '34',
	magenta: '35',
	cyan: '36',
	blackBright: '90',
	redBright: '91',
	greenBright: '92',
	blueBright: '94',
	magentaBright: '95',
	cyanBright: '96',
};

const foregroundCode = (colour: string) => named[colour] ?? `38;2;${channels(colour)}`;

const channels = (hex: string) =>
	[1, 3, 5].map(start => Number.parseInt(hex.slice(start, start + 2), 16)).join(';');
