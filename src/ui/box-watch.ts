/** One stream a watched box feeds the log store of its group and a boot model of its own; screens 3 and 4 share them. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Redactor} from '../base/redact.ts';
import type {Settings} from '../base/settings.ts';
import {hostile} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {type BootModel, createBootModel} from '../boot/boot-model.ts';
import type {KnownBoot} from '../boot/compare-boots.ts';
import type {Boot} from '../boot/types.ts';
import type {StoreTarget} from '../remote/box-probe-types.ts';
import {openBoxStream} from '../stream/box-stream.ts';
import {createLogStore} from '../stream/log-store.ts';
import {createMerge, type Merge} from '../stream/merge.ts';
import type {PageFile} from '../stream/page-file.ts';
import type {BoxStream, LogStore, Rung, StreamEvent, StreamState} from '../stream/types.ts';
import {createLineMarks, type LineMark, type LineMarks} from '../verdict/line-marks.ts';
import {createStoreLines, type StoreLines} from '../verdict/store-lines.ts';
import type {Copies} from './keep-copies.ts';

export type WatchedBox = {
	readonly instanceId: string;
	readonly group: string;
	readonly state: StreamState;
	readonly rung: Rung;
	readonly whyNotHigher: Hostile | null;
	/** At most a quarter of a second old while lines stream in; null before the first of them. */
	readonly boot: Boot | null;
	/** Lines of that boot that the verdict may speak about. */
	readonly marks: readonly LineMark[];
	/** The place in S3 that its failed unit, or any unit, spoke of. */
	readonly store: StoreTarget | null;
	readonly bytes: number;
	/** What the serial console said while the agent did not answer. */
	readonly console: Hostile;
	/** Where a copy of its journal is kept, or null. */
	readonly folder: string | null;
};

export type BoxWatch = {
	/** The template version is that of the box's launch, or null. */
	readonly watch: (group: string, instanceId: string, template?: Hostile | null) => void;
	readonly logs: (group: string) => LogStore;
	/** Living and gone, in the order they were watched. */
	readonly boxesOf: (group: string) => readonly WatchedBox[];
	/** Ends the streams of all other groups; what was read of them stays. */
	readonly keepOnly: (group: string | null) => void;
	/** Boots that were watched in this run, also those of boxes that are gone and of groups that were left. */
	readonly bootsOf: (group: string) => readonly KnownBoot[];
	readonly linesPerSecond: (group: string) => number;
	readonly stop: () => Promise<void>;
};

type Watched = {
	readonly instanceId: string;
	readonly group: string;
	template: Hostile | null;
	state: StreamState;
	rung: Rung;
	whyNotHigher: Hostile | null;
	bytes: number;
	console: string;
	readonly model: BootModel;
	readonly marks: LineMarks;
	readonly storeLines: StoreLines;
	boot: {readonly boot: Boot | null; readonly version: number; readonly at: number} | null;
	/** Its boots when `boot` was read, or null: nobody has asked since. */
	boots: {readonly boots: readonly Boot[]; readonly of: Boot | null} | null;
	readonly stream: BoxStream;
};

type Options = {
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly stateFolder: string | null;
	readonly causeOfDeath: (group: string, instanceId: string) => Promise<Hostile | null>;
	/** Units the user cares about in a group, by the settings. */
	readonly unitsOf: (group: string) => readonly string[];
	readonly copies: Copies;
	/** Built-in patterns and the user's own. */
	readonly redactor: Redactor;
	readonly transport: Settings['transport'];
	readonly arnOf: (group: string) => string;
	readonly changed: () => void;
};

const consoleKept = 65_536;

export const createBoxWatch = ({
	aws,
	processClock,
	stateFolder,
	causeOfDeath,
	unitsOf,
	copies,
	redactor,
	transport,
	arnOf,
	changed,
}: Options): BoxWatch => {
	const watched = new Map<string, Watched>();
	const stores = new Map<string, MergedStore>();
	const rates = new Map<string, {at: number; lines: number}[]>();
	const ending = new Set<Promise<void>>();
	const past = createPastBoots();
	const merged = (group: string): MergedStore => {
		const present = stores.get(group);
		if (present !== undefined) return present;
		const made = createMergedStore(processClock, copies.pages());
		made.store.subscribe(changed);
		stores.set(group, made);
		return made;
	};
	const logs = (group: string) => merged(group).store;
	const take = (box: Watched, event: StreamEvent) => {
		const {store, merge} = merged(box.group);
		const number = store.box(box.instanceId);
		switch (event.kind) {
			case 'state':
				box.state = event.state;
				if (event.state.state === 'backlog') merge.expect(number);
				else merge.caughtUp(number);
				box.rung = event.rung;
				box.whyNotHigher = event.whyNotHigher;
				return changed();
			case 'entries':
				merge.add(number, event.entries);
				box.model.add(event.entries);
				box.marks.add(event.entries);
				box.storeLines.add(event.entries);
				rates.set(box.group, [
					...recent(rates.get(box.group), processClock.now()),
					{at: processClock.now(), lines: event.entries.length},
				]);
				return;
			case 'units':
				box.model.facts(event.units);
				return changed();
			case 'console':
				box.console = (box.console + event.text).slice(-consoleKept);
				return changed();
			case 'mark':
				// What was said before the mark stands before it.
				merge.finish();
				return store.mark(event.text);
			case 'lost':
				return store.lost(event.lines);
			case 'bytes':
				box.bytes += event.count;
				return;
		}
	};
	const follow = async (box: Watched) => {
		const {events} = box.stream;
		try {
			for await (const event of events) take(box, event);
		} catch (error) {
			box.state = {state: 'ended', why: hostile(error instanceof Error ? error.message : String(error))};
			changed();
		}
	};
	const open = (instanceId: string, group: string) =>
		openBoxStream({
			aws,
			instanceId,
			processClock,
			stateFolder,
			causeOfDeath: () => causeOfDeath(group, instanceId),
			spool: copies.of({name: hostile(group), arn: arnOf(group)}, instanceId),
			redactor,
			transport,
			reason: 'unflap: read the journal',
		});
	const end = (box: Watched) => {
		const stopping = box.stream.stop().finally(() => ending.delete(stopping));
		ending.add(stopping);
		past.keep(box.group, bootsOfBox(box, processClock.now()));
		watched.delete(box.instanceId);
	};
	return {
		watch: (group, instanceId, template = null) => {
			const known = watched.get(instanceId);
			if (known !== undefined) {
				known.template ??= template;
				return;
			}
			const isFirst = ![...watched.values()].some(other => other.group === group);
			const box: Watched = {
				instanceId,
				group,
				template,
				state: {state: 'waiting', why: hostile('asking for the box')},
				rung: 'console',
				whyNotHigher: null,
				bytes: 0,
				console: '',
				model: createBootModel({units: unitsOf(group)}),
				marks: createLineMarks(),
				storeLines: createStoreLines(),
				boot: null,
				boots: null,
				stream: open(instanceId, group),
			};
			const store = logs(group);
			const isNew = !store.boxes().includes(instanceId);
			if (!isFirst && isNew)
				store.mark(hostile(`${instanceId.slice(-4)} joined, replayed from its own boot`));
			watched.set(instanceId, box);
			void follow(box);
		},
		logs,
		boxesOf: group =>
			[...watched.values()]
				.filter(box => box.group === group)
				.map(box => snapshot(box, processClock.now(), copies)),
		keepOnly: group => {
			for (const box of [...watched.values()].filter(one => one.group !== group)) end(box);
			for (const [name, {stop}] of stores) {
				if (name === group) continue;
				stores.delete(name);
				const ended = stop().finally(() => ending.delete(ended));
				ending.add(ended);
			}
		},
		bootsOf: group => [
			...past.of(group),
			...[...watched.values()]
				.filter(box => box.group === group)
				.flatMap(box => bootsOfBox(box, processClock.now())),
		],
		linesPerSecond: group =>
			recent(rates.get(group), processClock.now()).reduce((sum, {lines}) => sum + lines, 0),
		stop: async () => {
			for (const box of watched.values()) end(box);
			await Promise.allSettled([...ending, ...[...stores.values()].map(({stop}) => stop())]);
		},
	};
};

/** Lines of several boxes come into the store in one order of time, whole backlogs first. */
type MergedStore = {
	readonly store: LogStore;
	readonly merge: Merge;
	readonly stop: () => Promise<void>;
};

const mergeEveryMs = 50;

const createMergedStore = (processClock: ProcessClock, pages: PageFile | null): MergedStore => {
	const store = createLogStore({pages});
	const merge = createMerge({
		processClock,
		deliver: lines => {
			let from = 0;
			for (let at = 1; at <= lines.length; at++) {
				const box = lines[from]?.box;
				if (box === undefined || lines[at]?.box === box) continue;
				store.append(
					box,
					lines.slice(from, at).map(({entry}) => entry),
				);
				from = at;
			}
		},
	});
	const timer = setInterval(merge.tick, mergeEveryMs);
	timer.unref();
	return {
		store,
		merge,
		stop: async () => {
			clearInterval(timer);
			store.stop();
			await pages?.close();
		},
	};
};

const recent = (seen: readonly {at: number; lines: number}[] | undefined, now: number) =>
	(seen ?? []).filter(({at}) => at > now - 1000);

const bootEveryMs = 250;

const bootOf = (box: Watched, now: number): Boot | null => {
	const version = box.model.version();
	if (box.boot === null || (box.boot.version !== version && now - box.boot.at >= bootEveryMs))
		box.boot = {boot: box.model.boot(), version, at: now};
	return box.boot.boot;
};

/** Oldest first, as old as the snapshot of the running one. */
const bootsOfBox = (box: Watched, now: number): readonly KnownBoot[] => {
	const {instanceId, template, model} = box;
	const newest = bootOf(box, now);
	if (box.boots === null || box.boots.of !== newest) box.boots = {boots: model.boots(), of: newest};
	return box.boots.boots
		.map(boot => (boot.bootId === newest?.bootId ? newest : boot))
		.filter(({entryCount}) => entryCount > 0)
		.map(boot => ({instanceId, template, boot}));
};

const mostPastBoots = 40;

/** Boots of boxes that are no longer watched, a group's newest ones. */
const createPastBoots = () => {
	const kept = new Map<string, readonly KnownBoot[]>();
	return {
		keep: (group: string, boots: readonly KnownBoot[]) => {
			kept.set(group, [...(kept.get(group) ?? []), ...boots].slice(-mostPastBoots));
		},
		of: (group: string): readonly KnownBoot[] => kept.get(group) ?? [],
	};
};

const snapshot = (box: Watched, now: number, copies: Copies): WatchedBox => {
	const {instanceId, group, state, rung, whyNotHigher, bytes, console} = box;
	const boot = bootOf(box, now);
	return {
		instanceId,
		group,
		state,
		rung,
		whyNotHigher,
		bytes,
		console: hostile(console),
		boot,
		marks: boot === null ? [] : box.marks.of(boot.bootId),
		store: box.storeLines.of(boot),
		folder: copies.folderOf(instanceId),
	};
};
