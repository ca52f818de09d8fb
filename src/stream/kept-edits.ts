/** What was edited on boxes, as patches for the image: kept masked, 0600, and read by `report` alone. */
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {diffLines, type Hunk, hunkText} from '../base/line-diff.ts';
import type {Redactor} from '../base/redact.ts';
import {ensureOwnFolder, readOwnFile, writeAtomic} from '../base/safe-files.ts';
import type {Hostile} from '../base/text.ts';

export type KeptEdit = {
	/** ISO 8601. */
	readonly at: string;
	readonly group: Hostile;
	readonly instanceId: string;
	readonly path: Hostile;
	/** A unified diff. Hunks with what looks like a secret are left out, and counted. */
	readonly patch: Hostile;
	readonly hunksLeftOut: number;
};

export type Patch = {readonly text: string; readonly leftOut: number};

/** Whole hunks are left out (threats.md D5): a patch with a mask in it would write the mask into the image. */
export const patchOf = (path: string, hunks: readonly Hunk[], redactor: Redactor | null): Patch => {
	const said = hunks.map(hunk => {
		const text = hunkText(hunk);
		return redactor !== null && redactor.redact(text) !== text
			? `# a hunk at line ${hunk.oldStart} is left out: it holds what looks like a secret\n`
			: text;
	});
	const leftOut = said.filter(text => text.startsWith('#')).length;
	return {text: `--- a${path}\n+++ b${path}\n${said.join('')}`, leftOut};
};

/** Bytes that are no text have no patch. */
export const isText = (content: Uint8Array): boolean =>
	!content.includes(0) && Buffer.from(content).toString('utf8').includes('\ufffd') === false;

export const hunksBetween = (before: Uint8Array, after: Uint8Array): readonly Hunk[] =>
	diffLines(Buffer.from(before).toString('utf8'), Buffer.from(after).toString('utf8'));

const folderOf = (stateFolder: string): string => join(stateFolder, 'edits');
const namePattern = /^\d{13}-i-[0-9a-f]{8,17}\.json$/;
const mostKept = 500;

export const keepEdit = async (stateFolder: string, edit: KeptEdit): Promise<void> => {
	const folder = await ensureOwnFolder(folderOf(stateFolder));
	await writeAtomic(folder, `${Date.parse(edit.at)}-${edit.instanceId}.json`, `${JSON.stringify(edit)}\n`);
};

/** Of one group, oldest first. What cannot be read is left out: it is ours alone, and nothing depends on it. */
export const readKeptEdits = async (stateFolder: string, group: Hostile): Promise<readonly KeptEdit[]> => {
	const folder = await ensureOwnFolder(folderOf(stateFolder));
	const edits: KeptEdit[] = [];
	for (const name of readdirSync(folder)
		.filter(one => namePattern.test(one))
		.sort()
		.slice(-mostKept)) {
		const edit = parseEdit(await readOwnFile(join(folder, name), 4 * 1024 * 1024));
		if (edit !== null && edit.group === group) edits.push(edit);
	}
	return edits;
};

const parseEdit = (text: string | undefined): KeptEdit | null => {
	if (text === undefined) return null;
	try {
		const value = JSON.parse(text) as Partial<Record<keyof KeptEdit, unknown>>;
		const {at, group, instanceId, path, patch, hunksLeftOut} = value;
		const isWhole = [at, group, instanceId, path, patch].every(one => typeof one === 'string');
		return isWhole && typeof hunksLeftOut === 'number' ? (value as KeptEdit) : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};
