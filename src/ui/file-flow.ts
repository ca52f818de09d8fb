/** From o to a file of the box, and from enter to its change: read, edited in the user's own editor, put back on a yes. */

import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import {checkPath} from '../remote/edit-line.ts';
import {type EditPlace, fetchFile, type PutEnd, putFile} from '../stream/edit-file.ts';
import {forgetCopy, keepCopy} from '../stream/editor.ts';
import {hunksBetween, isText, keepEdit, patchOf} from '../stream/kept-edits.ts';
import type {FileOverlay} from './app-state.ts';
import {shortId} from './format.ts';
import {tellNews} from './hold-news.ts';
import {problemOf} from './problem.ts';
import type {Ui} from './ui.ts';
import {wasRead} from './was-read.ts';

type Wanted = {
	readonly instanceId: string;
	readonly group: Hostile | null;
	readonly unit: Hostile;
	/** Its own file, as its manager says. */
	readonly path: Hostile;
};

/** `o`. */
export const openFile = (ui: Ui, {instanceId, group, unit, path}: Wanted) => {
	ui.set({
		overlay: {
			kind: 'file',
			instanceId,
			group,
			unit,
			paths: [path],
			at: 0,
			read: null,
			draft: null,
			problem: null,
			busy: false,
			scroll: 0,
			paintedAt: null,
		},
	});
	void read(ui, instanceId);
};

const openOn = (ui: Ui, instanceId: string): FileOverlay | null => {
	const {overlay} = ui.state();
	return overlay?.kind === 'file' && overlay.instanceId === instanceId ? overlay : null;
};

const placeOf = (ui: Ui, instanceId: string): EditPlace | null => {
	const aws = ui.services()?.aws;
	if (aws === undefined) return null;
	const {processClock, settings} = ui;
	return {
		aws,
		instanceId,
		processClock,
		stateFolder: settings.paths.state,
		signal: new AbortController().signal,
	};
};

const read = async (ui: Ui, instanceId: string): Promise<void> => {
	const place = placeOf(ui, instanceId);
	const wanted = openOn(ui, instanceId);
	if (place === null || wanted === null) return;
	const path = wanted.paths[wanted.at] ?? '';
	try {
		const fetched = await fetchFile(place, checkPath(path));
		const overlay = openOn(ui, instanceId);
		if (overlay === null || overlay.paths[overlay.at] !== path) return;
		if (fetched.kind === 'missing')
			return ui.set({overlay: {...overlay, problem: said(ours`it is not there`)}});
		if (fetched.kind === 'refused') return ui.set({overlay: {...overlay, problem: said(shown(fetched.why))}});
		const paths = overlay.at === 0 ? [path, ...filesNamedIn(fetched.content)] : overlay.paths;
		ui.set({overlay: {...overlay, paths, read: fetched, problem: null, paintedAt: null}});
	} catch (error) {
		const overlay = openOn(ui, instanceId);
		if (overlay !== null) ui.set({overlay: {...overlay, problem: problemOf(error)}});
	}
};

const said = (message: Shown) => ({message, next: []});

/** What a unit file starts and what it reads its environment from: where its mistakes are. */
const filesNamedIn = (content: Uint8Array): readonly string[] => {
	const text = Buffer.from(content).toString('utf8');
	const found = [...text.matchAll(/^(?:EnvironmentFile=-?|ExecStart=[-@:+!]*)(\/[^\s"'\\%]+)/gm)];
	return [...new Set(found.map(([, path = '']) => path))].slice(0, 8);
};

/** `tab`: the next file that belongs to the unit. */
export const nextFile = (ui: Ui, overlay: FileOverlay) => {
	if (overlay.busy || overlay.draft !== null || overlay.paths.length < 2) return;
	const at = (overlay.at + 1) % overlay.paths.length;
	ui.set({overlay: {...overlay, at, read: null, problem: null, scroll: 0, paintedAt: null}});
	void read(ui, overlay.instanceId);
};

/** Enter: first the editor, then, once its difference was read, back to the box. */
export const confirmFile = (ui: Ui, overlay: FileOverlay) => {
	if (overlay.busy || overlay.read === null || overlay.problem !== null) return;
	if (overlay.draft === null) return void editIt(ui, overlay);
	if (wasRead(ui, overlay.paintedAt)) void putBack(ui, overlay);
};

const editIt = async (ui: Ui, overlay: FileOverlay): Promise<void> => {
	const path = overlay.paths[overlay.at] ?? '';
	if (overlay.read === null) return;
	const {content} = overlay.read;
	const edited = await ui.edit(path.split('/').at(-1) ?? 'file', content);
	const open = openOn(ui, overlay.instanceId);
	if (edited.kind === 'aborted') return ui.toast(ours`${shown(hostile(edited.why))}: nothing was sent`);
	if (edited.kind === 'unchanged') return ui.toast(ours`not changed: nothing was sent`);
	if (open === null) return forgetCopy(edited.copy);
	const patch =
		isText(content) && isText(edited.content)
			? patchOf(path, hunksBetween(content, edited.content), null).text
			: null;
	ui.set({
		overlay: {
			...open,
			draft: {content: edited.content, copy: edited.copy, patch, whom: await whomOf(ui, overlay)},
			scroll: 0,
			paintedAt: null,
		},
	});
};

const whomOf = async (ui: Ui, {group: name, instanceId}: FileOverlay): Promise<Hostile> => {
	const aws = ui.services()?.aws;
	if (aws === undefined || name === null) return `${instanceId} alone`;
	const [settled] = await Promise.allSettled([aws.polling.groups({names: [name]})]);
	const group = settled.status === 'fulfilled' ? settled.value.find(one => one.name === name) : undefined;
	return group === undefined ? `${instanceId} alone` : (await readBlastRadius(aws, {group, instanceId})).says;
};

const putBack = async (ui: Ui, overlay: FileOverlay): Promise<void> => {
	const place = placeOf(ui, overlay.instanceId);
	const {read: fetched, draft} = overlay;
	if (place === null || fetched === null || draft === null) return;
	ui.set({overlay: {...overlay, busy: true}});
	try {
		const end = await putFile(place, fetched.file, draft.content);
		const open = openOn(ui, overlay.instanceId);
		if (end.kind !== 'written') {
			if (open !== null)
				ui.set({
					overlay: {
						...open,
						busy: false,
						problem: said(ours`${notWritten(end)}; your copy: ${shown(hostile(keepCopy(draft.copy)))}`),
					},
				});
			return;
		}
		await keep(ui, overlay, draft.content);
		forgetCopy(draft.copy);
		if (open !== null) ui.set({overlay: null});
		tellNews(
			ui,
			ours`${shown(hostile(fetched.file.path))} is written on ${shortId(hostile(overlay.instanceId))}; x runs the unit with it`,
		);
	} catch (error) {
		const open = openOn(ui, overlay.instanceId);
		if (open !== null) ui.set({overlay: {...open, busy: false, problem: problemOf(error)}});
	}
};

const notWritten = (end: Exclude<PutEnd, {kind: 'written'}>): Shown => {
	switch (end.kind) {
		case 'conflict':
			return ours`it was changed on the box meanwhile: nothing was written`;
		case 'failed':
			return ours`nothing was written: ${shown(end.why)}`;
		case 'unknown':
			return ours`the link was lost (${shown(end.why)}): it is whole, but old or new is not known`;
	}
};

const keep = async (
	ui: Ui,
	{read: fetched, group, instanceId}: FileOverlay,
	content: Buffer,
): Promise<void> => {
	if (fetched === null || !isText(fetched.content) || !isText(content)) return;
	const hunks = hunksBetween(fetched.content, content);
	const {text, leftOut} = patchOf(fetched.file.path, hunks, createRedactor(ui.settings.redact));
	await keepEdit(ui.settings.paths.state, {
		at: new Date(ui.model().now).toISOString(),
		group: group ?? '',
		instanceId,
		path: fetched.file.path,
		patch: text,
		hunksLeftOut: leftOut,
	});
};

/** `esc`: back from the difference to the file, and from the file to the screen. */
export const closeFile = (ui: Ui, overlay: FileOverlay) => {
	if (overlay.busy) return;
	if (overlay.draft === null) return ui.set({overlay: null});
	forgetCopy(overlay.draft.copy);
	ui.set({overlay: {...overlay, draft: null, problem: null, scroll: 0, paintedAt: null}});
	ui.toast(ours`nothing was sent`);
};
