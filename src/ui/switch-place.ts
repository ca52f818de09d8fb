/** `P` and `R`: another profile or region without a restart. The old place stays until the new one has answered. */
import type {Aws, LoggedCall} from '../aws/types.ts';
import type {Settings} from '../base/settings.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {HoldSession, Holds} from '../hold/types.ts';
import {type AppState, freshLogs, type PlaceChoice} from './app-state.ts';
import {startAt} from './place.ts';
import type {Services} from './services.ts';
import type {Ui} from './ui.ts';

/** One profile in one region: what the program is pointed at. Null is what the environment says. */
export type PlaceWanted = {readonly profile: string | null; readonly region: string | null};

/** AWS there, with settings that name it. `holds` loads the hold's code when first asked for. */
export type OpenedPlace = {
	readonly aws: Aws;
	readonly holds: () => Promise<Holds>;
	readonly settings: Settings;
	readonly close: () => Promise<void>;
};

/** What a place that was left has done: it stays in the list of our changes, and in what is said at the end. */
export type LeftPlaces = {
	readonly changes: () => readonly LoggedCall[];
	readonly sessions: () => readonly HoldSession[];
};

type SwitchOptions = {
	readonly ui: Ui;
	readonly open: (wanted: PlaceWanted) => Promise<OpenedPlace>;
	readonly serve: (place: OpenedPlace) => Promise<Services>;
	/** Puts the new services in the place of the old ones, and gives these back. */
	readonly swap: (services: Services) => Services | null;
};

export const createSwitch = ({ui, open, serve, swap}: SwitchOptions) => {
	let changes: readonly LoggedCall[] = [];
	let sessions: readonly HoldSession[] = [];
	let current: OpenedPlace | null = null;
	const leave = async (old: Services, place: OpenedPlace | null) => {
		await old.stop();
		await place?.close();
	};
	const left: LeftPlaces = {changes: () => changes, sessions: () => sessions};
	return {
		left,
		close: async () => current?.close(),
		/** Resolves once the new place is on screen. @throws when it does not answer: the old one then stays. */
		to: async (wanted: PlaceWanted): Promise<void> => {
			const place = await open(wanted);
			try {
				await place.aws.polling.identity();
				const reason = whyNotSwitch(ui);
				if (reason !== null) throw new Error(reason);
			} catch (error) {
				await place.close();
				throw error;
			}
			const old = swap(await serve(place));
			if (old !== null) {
				changes = [...changes, ...old.aws.commandLog.entries()];
				sessions = [...sessions, ...(old.holds()?.sessions() ?? [])];
				void leave(old, current);
			}
			current = place;
			ui.set(freshPlace(ui.state()));
		},
	};
};

/** The screen of a new place: its fleet, nothing chosen, nothing filtered. How it looks stays. */
const freshPlace = ({logs}: AppState): Partial<AppState> => ({
	history: startAt({screen: 'fleet', group: null, box: null}),
	selected: {group: null, box: null, unit: null, activity: 0, why: null},
	filter: '',
	field: null,
	overlay: null,
	openedPane: null,
	logs: {...freshLogs, clock: logs.clock, wrap: logs.wrap, density: logs.density},
	comparedWith: null,
	marked: new Set(),
});

/** A hold belongs to one place: while it lives nothing here may be pointed at another. */
export const whyNotSwitch = (ui: Ui): Shown | null => {
	const {holds, pins} = ui.model();
	const held = holds.find(({outcome}) => outcome === null);
	if (held !== undefined)
		return ours`${shown(hostile(held.group))} is held by this unflap: release it first (H)`;
	const pinned = pins[0];
	return pinned === undefined
		? null
		: ours`${shown(hostile(pinned.instanceId))} is pinned by this unflap: let it go first (p)`;
};

// --- what there is to choose from ------------------------------------------------------------------------------------

/** Profiles of the config and credentials files. Their regions come along. */
export const profileChoices = async (ui: Ui): Promise<readonly PlaceChoice[]> => {
	const {facts} = ui.model();
	const {listProfiles} = await import('../aws/shared-config.ts');
	const profiles = await listProfiles(ui.environment);
	return profiles.map(({name, region, kind}) => ({
		name,
		note: [region ?? `${facts.region}, none of its own`, kind === 'other' ? '' : kind]
			.filter(Boolean)
			.join(' · '),
		wanted: {profile: name, region: region ?? facts.region},
		isHere: name === facts.profile,
	}));
};

/** The regions of profiles first, then all that are known by name. */
export const regionChoices = async (ui: Ui): Promise<readonly PlaceChoice[]> => {
	const {facts} = ui.model();
	const [{knownRegions}, {listProfiles}] = await Promise.all([
		import('../aws/known-regions.ts'),
		import('../aws/shared-config.ts'),
	]);
	const profiles = await listProfiles(ui.environment).catch(() => []);
	const usedBy = new Map<string, readonly string[]>();
	for (const {name, region} of profiles)
		if (region !== null) usedBy.set(region, [...(usedBy.get(region) ?? []), name]);
	const names = new Set([facts.region, ...[...usedBy.keys()].toSorted(), ...knownRegions]);
	return [...names].map(name => ({
		name,
		note: usedBy.has(name) ? `region of ${usedBy.get(name)?.slice(0, 3).join(', ')}` : '',
		wanted: {profile: facts.profile, region: name},
		isHere: name === facts.region,
	}));
};
