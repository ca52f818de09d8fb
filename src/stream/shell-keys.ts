/** Keys that a shell keeps for itself, as ssh does: at the beginning of a line, `~.` leaves and `~?` explains. */

export type ShellKeys = {
	/** What goes to the box; 'leave' and 'help' are told apart from it. */
	readonly push: (bytes: Uint8Array) => readonly ShellInput[];
};

export type ShellInput =
	| {readonly kind: 'bytes'; readonly bytes: Uint8Array}
	| {readonly kind: 'leave'}
	| {readonly kind: 'help'};

const [tilde, dot, question, newline, carriageReturn, ctrlC] = [0x7e, 0x2e, 0x3f, 0x0a, 0x0d, 0x03];
/** More than fingers do at once is a paste, in which a line may begin with `~.` without anybody wanting to leave. */
const longestTyped = 8;

export const createShellKeys = (): ShellKeys => {
	let atLineStart = true;
	let hasTilde = false;
	return {
		push: bytes => {
			const result: ShellInput[] = [];
			let out: number[] = [];
			const flush = () => {
				if (out.length > 0) result.push({kind: 'bytes', bytes: Uint8Array.from(out)});
				out = [];
			};
			const isTyped = bytes.length <= longestTyped;
			for (const byte of bytes) {
				if (hasTilde) {
					hasTilde = false;
					if (isTyped && (byte === dot || byte === question)) {
						flush();
						result.push(byte === dot ? {kind: 'leave'} : {kind: 'help'});
						atLineStart = true;
						continue;
					}
					out.push(tilde);
					atLineStart = false;
					if (byte === tilde) continue;
				}
				if (isTyped && atLineStart && byte === tilde) {
					hasTilde = true;
					continue;
				}
				out.push(byte);
				// Who finds the shell dead presses ctrl-c first.
				atLineStart = byte === newline || byte === carriageReturn || byte === ctrlC;
			}
			flush();
			return result;
		},
	};
};
