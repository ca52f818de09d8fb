/** Reads one recording from its folder (the layout of fixtures/boots): for the pack script and for `--scenario DIR`. */
import {basename} from 'node:path';
import type {Recording} from '../types.ts';
import {
	type JournalFields,
	monotonicUs,
	type RecordedBoot,
	type RecordedLife,
	textOf,
	toRecording,
} from './life.ts';
import {parseJson, readJournals} from './read-journals.ts';
import {limits, readLines, readText, recordingRoot} from './read-limits.ts';

/** Throws `bad-input` on a folder that holds no recording, or more than a recording may hold. */
export const loadRecordingFolder = async (folder: string): Promise<Recording> =>
	toRecording(await readLife(folder));

export const readLife = async (folder: string): Promise<RecordedLife> => {
	const root = await recordingRoot(folder);
	const events = await readEvents(root);
	const boots = await readBoots(root, events);
	// The first entries of a boot still say localhost.
	const last = boots.at(-1)?.entries.at(-1);
	const consoleText = (await readText(root, 'console.log')) ?? '';
	return {
		name: basename(root),
		instanceId: (await readInstanceId(root)) ?? '',
		hostname: textOf(last?.['_HOSTNAME']),
		machineId: textOf(last?.['_MACHINE_ID']),
		boots,
		console: consoleText.replaceAll('\0', ''),
		health: await readHealth(root),
		unitFiles: (await readText(root, 'systemctl-cat-units.txt')) ?? '',
		chain: await readChain(root, boots),
		lengthSeconds: (boots.at(-1)?.zeroSeconds ?? 0) + monotonicUs(last) / 1e6,
	};
};

type OutsideEvent = {readonly t: number; readonly kind: string; readonly text: string};

const readBoots = async (root: string, events: readonly OutsideEvent[]): Promise<readonly RecordedBoot[]> => {
	const journals = await readJournals(root);
	const agents = agentStarts(events);
	const units = [
		parseShow((await readText(root, 'systemctl-show-units.txt')) ?? ''),
		parseShow((await readText(root, 'second-boot/systemctl-show-units.txt')) ?? ''),
	];
	const powerOff = endOfPower(events);
	const settled = /^Startup finished/.test((await readText(root, 'systemd-analyze-time.txt')) ?? '');
	return journals.map(({bootId, entries: all, isWhole}, index) => {
		const agent = agents[index];
		const zeroSeconds = agent?.zeroSeconds ?? 0;
		const isLast = index === journals.length - 1;
		// A boot that had settled was switched off because the recording was done: the box goes on from there.
		const goesOn = isLast && (settled || !isWhole);
		const entries = goesOn && powerOff !== undefined ? before(all, powerOff - zeroSeconds) : all;
		const lastSeconds = zeroSeconds + monotonicUs(entries.at(-1)) / 1e6;
		return {
			bootId,
			zeroSeconds,
			agentUpSeconds: agent?.upSeconds ?? null,
			endSeconds: goesOn ? null : isLast ? (powerOff ?? lastSeconds) : lastSeconds + 1,
			entries,
			units: units[journals.length > 1 && isLast ? 1 : 0] ?? new Map(),
		};
	});
};

const before = (entries: readonly JournalFields[], seconds: number): readonly JournalFields[] =>
	entries.filter(entry => monotonicUs(entry) < seconds * 1e6);

/** Blocks of `Name=value`, one per unit, with an empty line between them. */
export const parseShow = (text: string): ReadonlyMap<string, ReadonlyMap<string, string>> => {
	const units = new Map<string, ReadonlyMap<string, string>>();
	for (const block of text.split(/\n\n+/)) {
		const properties = new Map<string, string>();
		for (const line of block.split('\n')) {
			const equals = line.indexOf('=');
			if (equals > 0) properties.set(line.slice(0, equals), line.slice(equals + 1));
		}
		const id = properties.get('Id');
		if (id !== undefined && units.size < limits.units) units.set(id, properties);
	}
	return units;
};

const readEvents = async (root: string): Promise<readonly OutsideEvent[]> => {
	const events: OutsideEvent[] = [];
	for await (const line of (await readLines(root, 'outside-events.jsonl')) ?? []) {
		if (line.length === 0) continue;
		const event = parseJson(line.toString('utf8')) as Partial<OutsideEvent> | null;
		if (typeof event?.t === 'number' && typeof event.kind === 'string' && typeof event.text === 'string')
			events.push({t: event.t, kind: event.kind, text: event.text});
		if (events.length > limits.entries) break;
	}
	return events;
};

/** `agent up, guest monotonic 56.874` ties the guest's clock to the world's. */
const agentStarts = (events: readonly OutsideEvent[]) =>
	events.flatMap(({t, kind, text}) => {
		const guest = kind === 'ssm' ? /guest monotonic (\d+(?:\.\d+)?)/.exec(text)?.[1] : undefined;
		return guest === undefined
			? []
			: [{upSeconds: t, zeroSeconds: Math.max(0, Math.round((t - Number(guest)) * 1000) / 1000)}];
	});

const endOfPower = (events: readonly OutsideEvent[]) =>
	events.find(({kind, text}) => kind === 'vm' && (text === 'ACPI power button' || text === 'killed'))?.t;

const readInstanceId = async (root: string): Promise<string | undefined> => {
	const text = await readText(root, 'get-console-output.json');
	if (text === undefined) return undefined;
	const value = parseJson(text) as {InstanceId?: unknown} | null;
	return typeof value?.InstanceId === 'string' ? value.InstanceId : undefined;
};

const readHealth = async (root: string): Promise<RecordedLife['health']> => {
	const text = await readText(root, 'health-checks.json');
	const value: unknown = text === undefined ? [] : parseJson(text);
	if (!Array.isArray(value)) return [];
	return value.flatMap((check: unknown) => {
		const {t, result} = (check ?? {}) as {t?: unknown; result?: unknown};
		return typeof t === 'number' && typeof result === 'string' ? [{atSeconds: t, result}] : [];
	});
};

/** The chain as the recorder named it: the units it followed live, otherwise the headings of `systemctl cat`. */
const readChain = async (root: string, boots: readonly RecordedBoot[]): Promise<readonly string[]> => {
	const files = (await readText(root, 'systemctl-cat-units.txt')) ?? '';
	const named = [...files.matchAll(/^# \/\S+\/([^/\s]+\.service)$/gm)].map(([, name = '']) => name);
	const live =
		(await readText(root, 'live/journalctl-b-f-no-tail-o-json-units.frames.jsonl'))?.slice(0, 4096) ?? '';
	const followed = [...(live.split('\n')[0] ?? '').matchAll(/ -u (\S+\.service)/g)].map(
		([, name = '']) => name,
	);
	const known = boots.at(-1)?.units;
	return (followed.length > 0 ? followed : named).filter(name => known?.has(name) ?? true);
};
