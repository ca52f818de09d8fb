/** `unflap edit`: a file of a box in the user's editor, and back, whole or not at all. */
import {basename} from 'node:path';
import {createInterface} from 'node:readline/promises';
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hunkText} from '../base/line-diff.ts';
import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {resolveBox, resolveGroup} from '../groups/resolve.ts';
import type {Box} from '../groups/types.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import {checkPath, type FileOnBox, isUnitFile, unitFileWords} from '../remote/edit-line.ts';
import {isUnitName} from '../remote/grammar.ts';
import {type EditPlace, fetchFile, type PutEnd, putFile} from '../stream/edit-file.ts';
import {type Edited, editCopy, forgetCopy, keepCopy} from '../stream/editor.ts';
import {hunksBetween, isText, keepEdit, patchOf} from '../stream/kept-edits.ts';
import {runCommand} from '../stream/run-command.ts';
import {reapSessions} from '../stream/session-register.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {createPaint} from './paint.ts';
import {refuseReadOnly} from './run.ts';

export const editCommand: Command = {
	name: 'edit',
	summary: 'opens a file of a box, or the file of a unit, in $EDITOR and puts it back whole',
	usage: 'unflap edit BOX PATH   or   unflap edit BOX UNIT [--yes] [--with-secrets]',
	example: 'unflap edit web-prod/1 /etc/app/env.sh        unflap edit web-prod/1 app.service',
	flags: {
		yes: {type: 'boolean', help: 'put it back without asking'},
		'with-secrets': {
			type: 'boolean',
			help: 'print the whole patch on stdout, also what looks like a secret; it is never kept so',
		},
	},
	outputs: ['text'],
	mostWords: 2,
	run: async (context, args) => {
		const wish = wishOf(args);
		refuseReadOnly(context, 'edit');
		const aws = await context.aws();
		const {settings, signal, out} = context;
		const box = await resolveBox(aws, wish.box, {signal});
		await reapSessions(settings.paths.state, aws);
		const place: EditPlace = {
			aws,
			instanceId: box.instanceId,
			processClock: createProcessClock(),
			stateFolder: settings.paths.state,
			signal,
		};
		const path = checkPath(isUnitName(wish.what) ? await fileOfUnit(place, wish.what) : wish.what);
		if (box.group !== '') {
			const group = await resolveGroup(aws, box.group, {exact: true});
			out.note(shown((await readBlastRadius(aws, {group, instanceId: box.instanceId})).says));
		}
		return edit(context, place, {...wish, box, path});
	},
};

type Wish = {
	readonly box: string;
	readonly what: string;
	readonly yes: boolean;
	readonly withSecrets: boolean;
};

const wishOf = ({positionals, flags, rest}: CommandArgs): Wish => {
	const [box, what] = positionals;
	if (box === undefined || what === undefined || rest !== null)
		throw new UnflapError('usage', 'edit wants a BOX, and a PATH or a UNIT', {
			next: ['unflap edit web-prod/1 /etc/app/env.sh', 'unflap edit web-prod/1 app.service'],
		});
	if (!isUnitName(what)) checkPath(what);
	return {box, what, yes: flags['yes'] === true, withSecrets: flags['with-secrets'] === true};
};

const fileOfUnit = async (place: EditPlace, unit: string): Promise<string> => {
	let text = '';
	await runCommand({
		...place,
		argv: unitFileWords(unit),
		reason: 'unflap edit: which file',
		stdout: async bytes => {
			text += new TextDecoder().decode(bytes);
		},
		stderr: async () => undefined,
		notice: () => undefined,
	});
	const path = /^FragmentPath=(\/.*)$/m.exec(text)?.[1]?.trim();
	if (path !== undefined) return path;
	throw new UnflapError('not-found', `${place.instanceId} has no file of a unit ${unit}`, {
		next: [`unflap run ${place.instanceId} -- systemctl cat ${unit}`],
	});
};

type Editing = Omit<Wish, 'box'> & {readonly box: Box; readonly path: string};

const edit = async (context: CommandContext, place: EditPlace, editing: Editing): Promise<ExitCode> => {
	const {settings, environment, out} = context;
	const {path, box} = editing;
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
		name: basename(path),
		content: fetched.content,
	});
	if (edited.kind !== 'changed') return nothingSent(context, path, edited);
	try {
		const hunks =
			isText(fetched.content) && isText(edited.content)
				? hunksBetween(fetched.content, edited.content)
				: null;
		if (hunks === null) out.note(ours`${shown(path)} is no text: its difference is not shown`);
		else for (const hunk of hunks) showHunk(context, hunkText(hunk));
		if (editing.withSecrets && hunks !== null) await out.raw(Buffer.from(patchOf(path, hunks, null).text));
		if (!editing.yes && !(await isConfirmed(context, editing))) {
			forgetCopy(edited.copy);
			out.note(ours`Nothing was sent; ${shown(path)} is as it was`);
			return 1;
		}
		const end = await putFile(place, fetched.file, edited.content);
		if (end.kind !== 'written') return notWritten(context, {end, file: fetched.file, copy: edited.copy, box});
		if (hunks !== null) {
			const {text, leftOut} = patchOf(path, hunks, createRedactor(settings.redact));
			await keepEdit(settings.paths.state, {
				at: new Date(place.aws.clock.now()).toISOString(),
				group: box.group,
				instanceId: box.instanceId,
				path,
				patch: text,
				hunksLeftOut: leftOut,
			});
		}
		sayWritten(context, {end, path, box});
		forgetCopy(edited.copy);
		return 0;
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
const isConfirmed = async (_context: CommandContext, {path, box}: Editing): Promise<boolean> => {
	if (!process.stdin.isTTY || !process.stderr.isTTY)
		throw new UnflapError('usage', 'there is no terminal to ask on before the file is put back', {
			next: ['give --yes'],
		});
	const reader = createInterface({input: process.stdin, output: process.stderr});
	try {
		const answer = await reader.question(
			ours`Put ${shown(hostile(path))} back on ${shown(hostile(box.instanceId))}? [y/N] `,
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
