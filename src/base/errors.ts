/**
 * The errors of unflap: what happened, what it means for the user, what to do next.
 * Exit codes are the contract's: 1 failed, 2 wrong usage, 3 refused (nothing of ours is left), 4 release incomplete.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 129 | 130 | 143;

export type UnflapErrorKind =
	| 'usage'
	| 'config'
	| 'not-found'
	| 'ambiguous'
	| 'no-credentials'
	| 'expired-credentials'
	| 'no-region'
	| 'denied'
	| 'throttled'
	| 'unreachable'
	| 'read-only'
	| 'refused'
	| 'release-incomplete'
	| 'bad-input'
	| 'gone'
	| 'aws'
	| 'bug';

/** Texts may hold words from outside: they are made `Shown` where they are printed. */
export class UnflapError extends Error {
	override readonly name = 'UnflapError';
	readonly kind: UnflapErrorKind;
	/** What it means for the user, one sentence, or undefined where `message` says it all. */
	readonly meaning: string | undefined;
	/** What to do next, cheapest first. */
	readonly next: readonly string[];
	readonly exitCode: ExitCode;

	constructor(
		kind: UnflapErrorKind,
		message: string,
		options: {meaning?: string; next?: readonly string[]; exitCode?: ExitCode; cause?: unknown} = {},
	) {
		super(message, options.cause === undefined ? undefined : {cause: options.cause});
		this.kind = kind;
		this.meaning = options.meaning;
		this.next = options.next ?? [];
		this.exitCode =
			options.exitCode ??
			(kind === 'usage' || kind === 'config'
				? 2
				: kind === 'refused'
					? 3
					: kind === 'release-incomplete'
						? 4
						: 1);
	}
}
