/** Judgements on owner and mode, apart from the calls that read them. */

export type FileFacts = {
	readonly uid: number;
	readonly gid: number;
	readonly mode: number;
	readonly isDirectory: () => boolean;
	readonly isSymbolicLink: () => boolean;
};

/** What is wrong with a folder that must be ours alone, or undefined. */
export const folderFault = (facts: FileFacts, ownUid: number): string | undefined => {
	if (facts.isSymbolicLink()) return 'is a symbolic link';
	if (!facts.isDirectory()) return 'is not a folder';
	if (facts.uid !== ownUid) return `belongs to uid ${facts.uid}`;
	if ((facts.mode & 0o077) !== 0) return `has mode ${(facts.mode & 0o777).toString(8)}, not 700`;
	return undefined;
};

/**
 * What is wrong with a file or folder we only read, or undefined: others may not write it, and it belongs to the user or
 * root. A group counts as others, but for the user's private one (its number is the user's).
 */
export const readOnlyFault = (facts: FileFacts, ownUid: number): string | undefined => {
	if (facts.uid !== ownUid && facts.uid !== 0) return `belongs to uid ${facts.uid}`;
	if ((facts.mode & 0o002) !== 0) return 'can be written by everybody';
	if ((facts.mode & 0o020) !== 0 && facts.gid !== facts.uid && facts.gid !== 0)
		return `can be written by the group ${facts.gid}`;
	return undefined;
};
