/** Colour for lines of commands; meaning never hangs on colour alone. The only escapes that `Shown` may carry. */
import {styleText} from 'node:util';
import type {Shown} from '../base/text.ts';

export type PaintStyle =
	| 'bold'
	| 'dim'
	| 'red'
	| 'green'
	| 'yellow'
	| 'blue'
	| 'magenta'
	| 'cyan'
	| 'inverse';

export type Paint = (style: PaintStyle | readonly PaintStyle[], text: Shown) => Shown;

/** Paints last: `width`, `pad` and `cut` count a colour's bytes as characters. */
export const createPaint = (colour: boolean): Paint =>
	colour
		? (style, text) =>
				styleText(typeof style === 'string' ? style : [...style], text, {validateStream: false}) as Shown
		: (_style, text) => text;
