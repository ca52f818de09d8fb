/** Copying through the terminal (OSC 52): works over ssh, never reads, and never carries an escape. */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {formatCount, plural} from './format.ts';
import type {Ui} from './ui.ts';

/** Terminals drop more than this. */
const mostBytes = 74_994;

/** Lines become one text; each is made safe first. */
export const copy = (ui: Ui, lines: readonly string[]) => {
	const text = lines.map(line => shown(hostile(line))).join('\n');
	const bytes = Buffer.from(text);
	if (bytes.length > mostBytes)
		return ui.toast(ours`too long to copy: ${formatCount(bytes.length)} bytes; ctrl-s saves lines`);
	ui.write(`\u001B]52;c;${bytes.toString('base64')}\u0007`);
	const what = lines.length > 1 ? ours`, ${plural(lines.length, 'line')}` : ours``;
	ui.toast(ours`copied ${formatCount(bytes.length)} bytes${what}`);
};
