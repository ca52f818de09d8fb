/** One file of a box through the user's editor: fetched, edited, its difference shown, confirmed, put back, kept. */
import {basename} from 'node:path';
import {createInterface} from 'node:readline/promises';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hunkText} from '../base/line-diff.ts';
import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {Box} from '../groups/types.ts';
import {type FileOnBox, isUnitFile} from '../remote/edit-line.ts';
import {type EditPlace, fetchFile, type PutEnd, putFile} from '../stream/edit-file.ts';
import {type Edited, editCopy, forgetCopy, keepCopy} from '../stream/editor.ts';
import {hunksBetween, isText, keepEdit, patchOf} from '../stream/kept-edits.ts';
import type {CommandContext} from './command.ts';
import {createPaint} from './paint.ts';

type Editing = {
	readonly yes: boolean;
	readonly withSecrets: boolean;
	readonly box: Box;
	readonly path: string;
	/** What the file is called in words and in what is kept; its path where it has no other name. */
	readonly name: string;
};

export type EditEnd = {readonly kind: 'written'} | {readonly kind: 'not-written'; readonly code: ExitCode};

const notSent = (code: ExitCode): EditEnd => ({kind: 'not-written', code});

/** Fetched, edited, shown, confirmed, put back. @throws `refused`, `not-found`, `usage` */
export const editFile = async (
	context: CommandContext,
	place: EditPlace,
	editing: Editing,
): Promise<EditEnd> => {
	const {settings, environment, out} = context;
	const {path, box, name} = editing;
	// A patch has paths.
	const patched = name.startsWith('/') ? name : `/${name}`;
	const fetched = await fetchFile(place, path);
	if (fetched.kind === 'missing')
		throw new UnflapError('not-found', `${box.instanceId} has no ${path}, or it may not be looked at`, {
			next: [`unflap run ${box.instanceId} -- ls -l ${path.slice(0, path.lastIndexOf('/')) || '/'}`],
		});
	if (fetched.kind === 'refused')
		throw new UnflapError('refused', `${path} cannot be edited: ${fetched.why}`);
	const edited = await editCopy({
		stateFolder: settings.paths.state,
		environment,
		name: basename(name),
		content: fetched.content,
	});
	if (edited.kind !== 'changed') return notSent(nothingSent(context, name, edited));
	try {
		const hunks =
			isText(fetched.content) && isText(edited.content)
				? hunksBetween(fetched.content, edited.content)
				: null;
		if (hunks === null) out.note(ours`${shown(name)} is no text: its difference is not shown`);
		else for (const hunk of hunks) showHunk(context, hunkText(hunk));
		if (editing.withSecrets && hunks !== null) await out.raw(Buffer.from(patchOf(patched, hunks, null).text));
		if (!editing.yes && !(await isConfirmed(context, editing))) {
			forgetCopy(edited.copy);
			out.note(ours`Nothing was sent; ${shown(name)} is as it was`);
			return notSent(1);
		}
		const end = await putFile(place, fetched.file, edited.content);
		if (end.kind !== 'written')
			return notSent(notWritten(context, {end, file: fetched.file, copy: edited.copy, box}));
		if (hunks !== null) {
			const {text, leftOut} = patchOf(patched, hunks, createRedactor(settings.redact));
			await keepEdit(settings.paths.state, {
				at: new Date(place.aws.clock.now()).toISOString(),
				group: box.group,
				instanceId: box.instanceId,
				path: name,
				patch: text,
				hunksLeftOut: leftOut,
			});
		}
		if (name === path) sayWritten(context, {end, path, box});
		forgetCopy(edited.copy);
		return {kind: 'written'};
	} catch (error) {
		// What was typed is worth more than a tidy folder.
		out.warn(ours`your copy is kept: ${shown(hostile(keepCopy(edited.copy)))}`);
		throw error;
	}
};

const nothingSent = (
	{out}: CommandContext,
	path: string,
	edited: Exclude<Edited, {kind: 'changed'}>,
): ExitCode => {
	if (edited.kind === 'unchanged') {
		out.note(ours`${shown(hostile(path))} was not changed: nothing was sent`);
		return 0;
	}
	out.warn(ours`unflap: ${shown(hostile(edited.why))}: nothing was sent`);
	return 1;
};

const showHunk = ({out}: CommandContext, text: string): void => {
	const paint = createPaint(out.colour);
	for (const line of text.trimEnd().split('\n')) {
		const safe = shown(hostile(line));
		const style = line.startsWith('+')
			? 'green'
			: line.startsWith('-')
				? 'red'
				: line.startsWith('@')
					? 'cyan'
					: null;
		out.note(style === null ? safe : paint(style, safe));
	}
};

/** @throws `usage` without a terminal to ask on. */
const isConfirmed = async (_context: CommandContext, {name, box}: Editing): Promise<boolean> => {
	if (!process.stdin.isTTY || !process.stderr.isTTY)
		throw new UnflapError('usage', 'there is no terminal to ask on before the file is put back', {
			next: ['give --yes'],
		});
	const reader = createInterface({input: process.stdin, output: process.stderr});
	try {
		const answer = await reader.question(
			ours`Put ${shown(hostile(name))} back on ${shown(hostile(box.instanceId))}? [y/N] `,
		);
		return /^y/i.test(answer);
	} finally {
		reader.close();
	}
};

type Unwritten = {
	readonly end: Exclude<PutEnd, {kind: 'written'}>;
	readonly file: FileOnBox;
	readonly copy: string;
	readonly box: Box;
};

/** The edited copy stays for another try, and is named. */
const notWritten = ({out}: CommandContext, {end, file, copy, box}: Unwritten): ExitCode => {
	const path = shown(hostile(file.path));
	const say: Readonly<Record<typeof end.kind, Shown>> = {
		conflict: ours`${path} was changed on the box meanwhile: nothing was written`,
		failed: ours`${path} was not written: ${shown(hostile(end.kind === 'failed' ? end.why : ''))}`,
		unknown: ours`the link was lost (${shown(hostile(end.kind === 'unknown' ? end.why : ''))}): ${path} is whole, but old or new is not known`,
	};
	out.warn(ours`unflap: ${say[end.kind]}`);
	out.warn(ours`  → your copy is kept: ${shown(hostile(keepCopy(copy)))}`);
	out.warn(ours`  → unflap edit ${shown(hostile(box.instanceId))} ${path}   (again, from what is there now)`);
	return 1;
};

type Written = {readonly end: Extract<PutEnd, {kind: 'written'}>; readonly path: string; readonly box: Box};

const sayWritten = ({out}: CommandContext, {end, path, box}: Written): void => {
	out.line(ours`${shown(hostile(path))} is written on ${shown(hostile(box.instanceId))}`);
	if (isUnitFile(path))
		out.line(
			end.reloaded
				? ours`its manager has read it: unflap retry runs the unit with it`
				: ours`systemctl daemon-reload did not work: its manager still has the old one`,
		);
	out.note(ours`It dies with this box: unflap report carries it as a patch for the image.`);
};
