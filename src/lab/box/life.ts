/**
 * One recorded life as the lab keeps it: its boots, each with its own journal and unit facts, and what the world around
 * saw. `toRecording` gives the border's flat view of it.
 */
import type {RecordedEntry, Recording} from '../types.ts';

/** A journal field as `-o json` writes it: text, bytes, several of both, or null where journalctl left it out. */
export type JournalField = string | readonly number[] | readonly (string | readonly number[])[] | null;
export type JournalFields = Readonly<Record<string, JournalField>>;

export type RecordedBoot = {
	readonly bootId: string;
	/** Seconds from power on to this boot's monotonic zero. */
	readonly zeroSeconds: number;
	/** Seconds from power on to the agent's answer, or null for never. */
	readonly agentUpSeconds: number | null;
	/** Seconds from power on to the end of this boot, where it ended by itself (reboot, power button, power cut). */
	readonly endSeconds: number | null;
	readonly entries: readonly JournalFields[];
	/** `systemctl show` as recorded at the end: unit → property → value. */
	readonly units: ReadonlyMap<string, ReadonlyMap<string, string>>;
};

export type RecordedLife = {
	readonly name: string;
	readonly instanceId: string;
	readonly hostname: string;
	readonly machineId: string;
	readonly boots: readonly RecordedBoot[];
	/** Serial console as one text. */
	readonly console: string;
	readonly health: readonly {readonly atSeconds: number; readonly result: string}[];
	/** The unit files of the chain, as `systemctl cat` gave them. */
	readonly unitFiles: string;
	readonly chain: readonly string[];
	/** Seconds from power on to the last entry. */
	readonly lengthSeconds: number;
};

const lives = new WeakMap<Recording, RecordedLife>();
/** For recordings derived from ours: they keep the boot id. */
const livesByBoot = new Map<string, RecordedLife>();

/** The border's view; `lifeOf` finds the way back. */
export const toRecording = (life: RecordedLife, userData = plausibleUserData(life)): Recording => {
	const firstBoot = life.boots[0];
	const lastBoot = life.boots.at(-1);
	if (firstBoot === undefined || lastBoot === undefined) throw new Error(`${life.name} has no boot`);
	let entries: Recording['entries'] | undefined;
	let console: Recording['console'] | undefined;
	// Most runs of the lab play few of its recordings: what is long is made when it is asked for.
	const recording: Recording = {
		name: life.name,
		get entries() {
			entries ??= life.boots.flatMap(boot => boot.entries.map(toEntry));
			return entries;
		},
		units: lastBoot.units,
		get console() {
			console ??= consoleByTime(life);
			return console;
		},
		agentUpSeconds: firstBoot.agentUpSeconds ?? Number.POSITIVE_INFINITY,
		healthySeconds: life.health.find(({result}) => result === '200')?.atSeconds ?? null,
		lengthSeconds: life.lengthSeconds,
		bootIds: life.boots.map(({bootId}) => bootId),
		userData,
		chain: life.chain,
	};
	lives.set(recording, life);
	for (const {bootId} of life.boots) if (!livesByBoot.has(bootId)) livesByBoot.set(bootId, life);
	return recording;
};

/** The life behind a recording; one that somebody else put together is a life of one boot, like the one it comes from. */
export const lifeOf = (recording: Recording): RecordedLife => {
	const known = lives.get(recording);
	if (known !== undefined) return known;
	const bootId = recording.bootIds[0] ?? '0'.repeat(32);
	const origin = livesByBoot.get(bootId);
	const last = recording.entries.at(-1)?.fields;
	const life: RecordedLife = {
		name: recording.name,
		instanceId: origin?.instanceId ?? '',
		hostname: origin?.hostname ?? textOf(last?.['_HOSTNAME']),
		machineId: origin?.machineId ?? textOf(last?.['_MACHINE_ID']),
		boots: [
			{
				bootId,
				zeroSeconds: origin?.boots[0]?.zeroSeconds ?? 0,
				agentUpSeconds: recording.agentUpSeconds,
				endSeconds: null,
				entries: recording.entries.map(({fields}) => fields),
				units: recording.units,
			},
		],
		console: recording.console.map(({text}) => text).join(''),
		health: recording.healthySeconds === null ? [] : [{atSeconds: recording.healthySeconds, result: '200'}],
		unitFiles: origin?.unitFiles ?? '',
		chain: recording.chain,
		lengthSeconds: recording.lengthSeconds,
	};
	lives.set(recording, life);
	return life;
};

export const monotonicUs = (fields: JournalFields | undefined): number =>
	Number(textOf(fields?.['__MONOTONIC_TIMESTAMP'])) || 0;

/** A field as text: the first value of several, bytes as Latin-1, nothing for null. */
export const textOf = (field: JournalField | undefined): string => {
	if (typeof field === 'string') return field;
	const [first] = field ?? [];
	if (first === undefined) return '';
	return typeof first === 'number'
		? Buffer.from(field as readonly number[]).toString('latin1')
		: textOf(first);
};

const toEntry = (fields: JournalFields): RecordedEntry => {
	const kept: Record<string, string | readonly number[] | readonly string[]> = {};
	for (const [name, value] of Object.entries(fields))
		if (value !== null) kept[name] = value as string | readonly number[] | readonly string[];
	return {monotonicUs: monotonicUs(fields), fields: kept};
};

/** Lines without a kernel timestamp come with the line before them; a timestamp that falls back is the next boot. */
const consoleByTime = (life: RecordedLife): Recording['console'] => {
	const zeros = life.boots.map(({zeroSeconds}) => zeroSeconds);
	let boot = 0;
	let last = 0;
	return life.console.split(/(?<=\n)/).map(text => {
		const stamp = /^\r?\[ *(\d+\.\d+)\]/.exec(text)?.[1];
		if (stamp !== undefined) {
			const seconds = Number(stamp);
			if (seconds === 0 && last > 1) boot = Math.min(boot + 1, zeros.length - 1);
			last = seconds;
		}
		return {atSeconds: (zeros[boot] ?? 0) + last, text};
	});
};

/** S04 has the trailing comma that its journal shows. */
const plausibleUserData = (life: RecordedLife): string =>
	life.name.startsWith('S04')
		? '{\n  "app_version": "4.18.2",\n  "config_prefix": "foo-app/prod",\n  "role": "web",\n  "feature_flags": ["new-checkout", "http2",],\n}\n'
		: JSON.stringify({
				app_version: '4.18.2',
				config_prefix: 'foo-app/prod',
				role: 'web',
				feature_flags: ['new-checkout', 'http2'],
				recording: life.name,
			});
