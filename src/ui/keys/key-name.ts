/** Names of keys, one for each that arrived: a fast typist's burst is one chunk, and each key of it counts. */
import type {Key} from 'ink';

/** 'j', 'H', 'enter', 'esc', 'ctrl-d', 'space', …; what is no key of ours is left out. */
export const keyNames = (input: string, key: Key): readonly string[] => {
	const named = namedKey(key);
	// An escape and a key in one chunk look like Alt, which means nothing here: both were pressed.
	if (named !== null) return key.meta && isBehindEscape(named) ? ['esc', named] : [named];
	const typed =
		key.ctrl && input !== ''
			? [`ctrl-${input.toLowerCase()}`]
			: [...input].map(nameOf).filter(name => name !== '');
	return key.meta ? ['esc', ...typed] : typed;
};

/** Alt with an arrow or with backspace is a habit of the fingers, and no escape. */
const isBehindEscape = (named: string): boolean => ['esc', 'enter', 'tab'].includes(named);

const namedKey = (key: Key): string | null => {
	if (key.upArrow) return 'up';
	if (key.downArrow) return 'down';
	if (key.leftArrow) return 'left';
	if (key.rightArrow) return 'right';
	if (key.pageUp) return 'pageup';
	if (key.pageDown) return 'pagedown';
	if (key.home) return 'home';
	if (key.end) return 'end';
	if (key.return) return 'enter';
	if (key.escape) return 'esc';
	if (key.tab) return key.shift ? 'shift-tab' : 'tab';
	if (key.backspace || key.delete) return 'backspace';
	return null;
};

const special: Readonly<Record<string, string>> = {
	'\r': 'enter',
	'\n': 'enter',
	'\t': 'tab',
	'\u001B': 'esc',
	'\u007F': 'backspace',
	'\b': 'backspace',
	' ': 'space',
};

const nameOf = (character: string): string => {
	const name = special[character];
	if (name !== undefined) return name;
	const code = character.codePointAt(0) ?? 0;
	return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : character;
};

/** What a key types into a field, or null for a key that types nothing. */
export const typedBy = (name: string): string | null => {
	if (name === 'space') return ' ';
	return [...name].length === 1 ? name : null;
};
