/** The stores behind the screen: made when AWS is loaded, focused on one group at a time, stopped together. */
import type {Aws, Identity} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {createRedactor} from '../base/redact.ts';
import type {Settings} from '../base/settings.ts';
import {hostile, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {createActivityCache} from '../groups/activity-cache.ts';
import {createFleetStore, type FleetStore} from '../groups/fleet-store.ts';
import {createGroupStore, type GroupStore} from '../groups/group-store.ts';
import type {CatchNews} from '../hold/catch-news.ts';
import {createNotifier} from '../hold/notify.ts';
import type {HeldElsewhere, Holds} from '../hold/types.ts';
import {reapSessions} from '../stream/session-register.ts';
import {type BackgroundWatch, createBackgroundWatch} from './background-watch.ts';
import {type BoxWatch, createBoxWatch} from './box-watch.ts';
import {type CatchWatch, createCatchWatch} from './catch-watch.ts';
import {createElsewhere} from './elsewhere.ts';
import {createHoldNews} from './hold-news.ts';
import {createIntended, type Intended} from './intended.ts';
import {createCopies} from './keep-copies.ts';
import {createPaceWatch, type PaceWatch} from './pace-watch.ts';
import {createProbeWatch, type ProbeWatch} from './probe-watch.ts';

export type Services = {
	readonly aws: Aws;
	readonly fleet: FleetStore;
	readonly watch: BoxWatch;
	readonly identity: () => Identity | null;
	/** Null until the hold's code is loaded, shortly after the first frame. */
	readonly holds: () => Holds | null;
	/** Holds of others on the group in focus; asked for again every half minute while its tags tell of one. */
	readonly elsewhere: () => readonly HeldElsewhere[];
	readonly background: BackgroundWatch;
	readonly catches: CatchWatch;
	readonly pace: PaceWatch;
	readonly probes: ProbeWatch;
	/** Strays that this user marked as intended. */
	readonly intended: Intended;
	/** The group whose details are polled and whose boxes are streamed; null for none. */
	readonly focus: (name: string | null) => void;
	readonly group: () => GroupStore | null;
	readonly refresh: () => Promise<void>;
	readonly stop: () => Promise<void>;
};

type ServicesOptions = {
	readonly aws: Aws;
	readonly holds: () => Promise<Holds>;
	readonly settings: Settings;
	readonly processClock: ProcessClock;
	/** The user's home folder, to shorten paths on screen. */
	readonly home: string | undefined;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	/** News of a hold, for a moment on the screen. */
	readonly tell: (text: Shown) => void;
	/** What a catch says: the bell, and its box. */
	readonly heard: (group: Hostile, news: CatchNews) => void;
	/** Something that can be seen has changed. */
	readonly changed: () => void;
	readonly failed: (error: unknown) => void;
	/** The hold's code is there: what an earlier run left behind can be finished. */
	readonly ready: (holds: Holds) => void;
};

/** Boxes of one group that are streamed at once, the youngest last. */
const mostStreams = 20;

export const createServices = (options: ServicesOptions): Services => {
	const {aws, settings, processClock, changed, failed} = options;
	const cache = createActivityCache({
		folder: settings.paths.cache,
		endpoint: aws.facts.endpoint,
		tell: options.tell,
	});
	const fleet = createFleetStore({aws, processClock, cache});
	let group: GroupStore | null = null;
	let focused: string | null = null;
	let identity: Identity | null = null;
	let holds: Holds | null = null;
	const copies = createCopies({
		settings,
		region: aws.facts.region,
		identity: () => identity,
		home: options.home,
	});
	const watch = createBoxWatch({
		copies,
		redactor: createRedactor(settings.redact),
		transport: settings.transport,
		arnOf: name => fleet.getState().groups.find(view => view.group.name === name)?.group.arn ?? name,
		aws,
		processClock,
		stateFolder: settings.readOnly ? null : settings.paths.state,
		causeOfDeath: async (name, instanceId) => causeIn(group, name, instanceId),
		unitsOf: name => unitsFor(settings, name),
		changed,
	});
	const watchBoxes = () => {
		const detail = group?.getState().detail ?? null;
		if (detail === null || focused === null) return;
		for (const {instanceId, instance} of detail.boxes.slice(-mostStreams))
			watch.watch(focused, instanceId, instance.templateVersion);
	};
	const unsubscribe = [
		fleet.subscribe(changed),
		aws.errors.subscribe(changed),
		aws.commandLog.subscribe(changed),
	];
	// Sessions that a killed run left open on boxes are ended; what AWS refuses of it is in the errors view.
	reapSessions(settings.paths.state, aws).then(changed, changed);
	// Its refusal is in the errors view; the header then names no account.
	aws.polling.identity().then(
		found => {
			identity = found;
			changed();
		},
		() => changed(),
	);
	options.holds().then(made => {
		holds = made;
		unsubscribe.push(made.subscribe(changed), made.care.subscribe(changed), news.follow(made));
		// Its refusal is in the errors view; the boxes then stand in the group's list alone.
		if (!settings.readOnly) made.care.readPatients().then(changed, changed);
		options.ready(made);
		changed();
	}, failed);
	const notifier = createNotifier({
		command: settings.notify,
		environment: options.environment,
		region: aws.facts.region,
		clock: aws.clock,
		processClock,
		warn: text => options.tell(shown(text)),
	});
	const news = createHoldNews(options.tell, notifier);
	const intended = createIntended(settings.paths.state, changed);
	const background = createBackgroundWatch({aws, processClock, changed, failed});
	const pace = createPaceWatch({aws, settings, tell: options.tell, changed, failed});
	const probes = createProbeWatch({
		aws,
		processClock,
		stateFolder: settings.paths.state,
		readOnly: settings.readOnly,
		changed,
		failed,
	});
	const catches = createCatchWatch({
		heard: (name, news) => {
			options.heard(name, news);
			if (news.event === 'caught')
				notifier.say('caught', {
					UNFLAP_GROUP: name,
					UNFLAP_INSTANCE_ID: news.instanceId,
					UNFLAP_MESSAGE: 'a box is caught',
				});
		},
		changed,
		failed,
	});
	const others = createElsewhere({holds: () => holds, processClock, changed});
	return {
		aws,
		fleet,
		watch,
		intended,
		background,
		catches,
		pace,
		probes,
		elsewhere: () => others.on(focused, group?.getState().detail?.view ?? null),
		identity: () => identity,
		holds: () => holds,
		focus: name => {
			if (name === focused) return;
			focused = name;
			fleet.focus(name);
			group?.stop();
			group = name === null ? null : createGroupStore({aws, name, processClock, cache});
			group?.subscribe(() => {
				watchBoxes();
				changed();
			});
			watch.keepOnly(name);
			changed();
		},
		group: () => group,
		refresh: async () => {
			await Promise.all([fleet.refresh(), group?.refresh()]);
		},
		stop: async () => {
			for (const stop of unsubscribe) stop();
			fleet.stop();
			background.stop();
			group?.stop();
			catches.stop();
			holds?.care.stop();
			await Promise.all([probes.stop(), watch.stop()]);
			await notifier.settled();
			await copies.close();
		},
	};
};

/** The class of the death that activities tell of, once they do. */
const causeIn = async (
	group: GroupStore | null,
	name: string,
	instanceId: string,
): Promise<Hostile | null> => {
	const known = () =>
		group?.getState().detail?.view.lives.find(life => life.instanceId === instanceId)?.cause ?? null;
	if (group?.getState().detail?.view.group.name !== name) return null;
	if (known() === null) await group.refresh();
	const cause = known();
	return cause === null ? null : hostile(cause);
};

/** Patterns are globs on the group's name; all that match count. */
const unitsFor = ({units}: Settings, group: string): readonly string[] =>
	Object.entries(units).flatMap(([pattern, names]) => (globMatches(pattern, group) ? names : []));

const globMatches = (pattern: string, text: string): boolean => {
	const parts = pattern.split('*');
	const [first = '', ...rest] = parts;
	if (rest.length === 0) return text === pattern;
	if (!text.startsWith(first)) return false;
	const last = rest.pop() ?? '';
	let from = first.length;
	for (const part of rest) {
		const at = text.indexOf(part, from);
		if (at < 0) return false;
		from = at + part.length;
	}
	return text.length - last.length >= from && text.endsWith(last);
};
