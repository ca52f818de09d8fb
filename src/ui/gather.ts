/** The model of one frame, from the screen's state and what the stores know now. */
import type {AwsFacts, LoggedCall} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Settings} from '../base/settings.ts';
import type {Background} from '../groups/background.ts';
import type {GroupDetail} from '../groups/types.ts';
import type {AppState} from './app-state.ts';
import type {WatchedBox} from './box-watch.ts';
import type {Model, PollFacts} from './model.ts';
import {problemOf} from './problem.ts';
import type {Services} from './services.ts';
import {whyBox} from './why-box.ts';

export type Ground = {
	readonly settings: Settings;
	readonly processClock: ProcessClock;
	readonly startedAt: number;
	/** Of places that were left (`P`, `R`). */
	readonly changesBefore: () => readonly LoggedCall[];
};

export const gather = (state: AppState, services: Services | null, ground: Ground): Model => {
	const place = state.history.here;
	const {settings, startedAt} = ground;
	const base = {state, place, startedAt, colour: settings.colour};
	if (services === null) return {...base, ...nothingYet(settings)};
	const {aws, fleet, watch} = services;
	const {groups} = fleet.getState();
	const {intended} = services;
	const detail = meant(services.group()?.getState().detail ?? null, intended);
	const name = detail?.view.group.name ?? place.group;
	const boxes = name === null ? [] : watch.boxesOf(name);
	return {
		...base,
		now: aws.clock.now(),
		rate: aws.clock.rate,
		facts: aws.facts,
		identity: services.identity(),
		poll: pollFacts(state, services, ground),
		groups: isListed(services, ground.processClock) ? groups.map(intended.without) : null,
		detail,
		probe: place.screen === 'why' ? probeOf(services, detail, whyBox(boxes, place.box)) : null,
		background: place.screen === 'why' ? behind(services, detail, whyBox(boxes, place.box)) : null,
		good: detail === null || !places.includes(place.screen) ? [] : services.pace.of(detail, boxes),
		holds:
			services
				.holds()
				?.sessions()
				.map(session => session.view()) ?? [],
		pins: services.holds()?.care.pins() ?? [],
		patients: services.holds()?.care.patients() ?? [],
		catches: services.catches.views(),
		elsewhere: services.elsewhere(),
		boxes,
		knownBoots: name === null || place.screen !== 'boot' ? [] : watch.bootsOf(name),
		store: place.group === null ? null : watch.logs(place.group),
		lineRate: name === null ? 0 : watch.linesPerSecond(name),
		errors: aws.errors.entries(),
		changes: [...ground.changesBefore(), ...aws.commandLog.entries()],
	};
};

/** Where boots are watched: a good one is seen there, and kept. */
const places: readonly string[] = ['boot', 'logs', 'why'];

const behind = (services: Services, detail: GroupDetail | null, box: WatchedBox | null): Background | null =>
	detail === null || box === null ? null : services.background.of(detail, box.instanceId);

const probeOf = (services: Services, detail: GroupDetail | null, box: WatchedBox | null): Model['probe'] => {
	if (detail === null || box === null) return null;
	const probe = services.probes.of(detail, box);
	return probe === null ? null : {instanceId: box.instanceId, probe};
};

const meant = (detail: GroupDetail | null, {without}: Services['intended']): GroupDetail | null => {
	if (detail === null) return null;
	const view = without(detail.view);
	return view === detail.view ? detail : {...detail, view};
};

/** How long names wait for what ranks them. */
const rankingMs = 2000;

/** Rows do not change places under the eye: names come once they are ranked, or when that takes too long. */
const isListed = ({fleet}: Services, clock: ProcessClock): boolean => {
	const {loading, polledAtProcess} = fleet.getState();
	return polledAtProcess !== null && (!loading || clock.now() - polledAtProcess > rankingMs);
};

const nothingYet = (settings: Settings): Omit<Model, 'state' | 'place' | 'startedAt' | 'colour'> => ({
	now: Date.now(),
	rate: 1,
	facts: factsFrom(settings),
	identity: null,
	poll: {ageSeconds: null, health: 'ok', problem: null},
	groups: null,
	detail: null,
	background: null,
	good: [],
	probe: null,
	holds: [],
	pins: [],
	patients: [],
	catches: [],
	elsewhere: [],
	boxes: [],
	knownBoots: [],
	store: null,
	lineRate: 0,
	errors: [],
	changes: [],
});

const factsFrom = ({region, profile, endpointUrl, readOnly}: Settings): AwsFacts => ({
	region: region ?? '…',
	profile,
	// Shown only once its userinfo was masked.
	endpoint: endpointUrl === null ? null : '…',
	readOnly,
});

const pollFacts = ({history}: AppState, services: Services, {processClock}: Ground): PollFacts => {
	const fleet = services.fleet.getState();
	const group = services.group()?.getState();
	const onFleet = history.here.screen === 'fleet';
	const seen = onFleet || group === undefined ? fleet : group;
	const at = seen.polledAtProcess;
	const {error} = seen;
	return {
		ageSeconds: at === null ? null : Math.max(0, (processClock.now() - at) / 1000),
		health: services.aws.health(),
		problem: error === null ? null : problemOf(error),
	};
};
