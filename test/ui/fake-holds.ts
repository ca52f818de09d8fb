/** Holds without AWS: one session whose view a test moves, and every call that was asked for. */
import type {Care, PatientView, PinView} from '../../src/hold/care-types.ts';
import type {
	HoldEvent,
	HoldOutcome,
	HoldPreview,
	HoldRequest,
	HoldSession,
	Holds,
	HoldView,
	ReleasePreview,
} from '../../src/hold/types.ts';
import {noHolds} from './app-screen.ts';
import {aHold, now} from './fakes.ts';

export const aPreview = (part: Partial<HoldPreview> = {}): HoldPreview => ({
	group: 'web-prod',
	preset: 'freeze',
	wanted: ['ReplaceUnhealthy', 'Terminate'],
	baseline: [],
	covered: [],
	notCovered: [],
	touches: 'web-prod (3 boxes, 2 in service); no target group sends it traffic',
	costs: [],
	until: now + 3600_000,
	healthyBoxes: 0,
	mostlyHookDeaths: false,
	joins: [],
	marked: [],
	refusal: null,
	permission: 'permitted',
	...part,
});

export const aRelease = (part: Partial<ReleasePreview> = {}): ReleasePreview => ({
	group: 'web-prod',
	givesBack: ['ReplaceUnhealthy', 'Terminate'],
	leavesOff: [],
	terminate: [],
	judge: [],
	launches: null,
	stillHeldBy: [],
	changedByOther: [],
	dies: 0,
	...part,
});

export const released: HoldOutcome = {
	kind: 'released',
	resumed: ['Terminate'],
	left: [],
	verified: true,
	at: now,
	seconds: 60,
	failure: null,
	tagLeft: false,
	fuseLeft: false,
};

export type FakeHoldsParts = {
	/** Held from the start. */
	readonly held?: boolean;
	readonly preview?: HoldPreview;
	readonly release?: () => ReleasePreview;
	readonly patients?: readonly PatientView[];
	readonly pins?: readonly PinView[];
	readonly takenUp?: Awaited<ReturnType<Holds['takeUp']>>;
	/** How a deed ends. */
	readonly result?: Awaited<ReturnType<Care['act']>>;
};

export const fakeHolds = (parts: FakeHoldsParts = {}) => {
	const asked: string[] = [];
	const listeners = new Set<() => void>();
	const eventListeners: ((event: HoldEvent) => void)[] = [];
	let view = aHold();
	let sessions: readonly HoldSession[] = [];
	let patients = parts.patients ?? [];
	const move = (part: Partial<HoldView>) => {
		view = {...view, ...part};
		for (const listener of listeners) listener();
	};
	const end = (outcome: HoldOutcome, phase: HoldView['phase']) => {
		move({outcome, phase});
		return outcome;
	};
	const session: HoldSession = {
		view: () => view,
		subscribe: () => () => undefined,
		onEvent: listener => void eventListeners.push(listener),
		settled: Promise.resolve(view),
		extend: seconds => void asked.push(`extend ${seconds}`),
		releasePreview: async () => parts.release?.() ?? aRelease(),
		release: async options => {
			asked.push(`release ${options?.alsoResume?.join(' ') ?? ''}`.trim());
			return end(released, 'released');
		},
		answer: goOn => {
			asked.push(`answer ${goOn}`);
			move({question: null});
		},
		renewals: allowed => void asked.push(`renewals ${allowed}`),
		handOver: () => end({kind: 'incomplete', still: [], command: '', guardian: true}, 'handed-over'),
		linger: async () => end({kind: 'incomplete', still: [], command: '', guardian: true}, 'handed-over'),
		done: new Promise(() => undefined),
		accompany: async () => undefined,
	};
	if (parts.held === true) sessions = [session];
	const deed = parts.result ?? {done: true, says: 'done, and AWS says so', next: []};
	const care: Care = {
		...noHolds.care,
		act: async ({deed: name, instanceId}) => {
			asked.push(`${name} ${instanceId}`);
			return deed;
		},
		pins: () => parts.pins ?? [],
		pin: (_, instanceId) => void asked.push(`pin ${instanceId}`),
		patients: () => patients,
		bringBack: async ({instanceId}) => {
			asked.push(`bring back ${instanceId}`);
			if (deed.done) patients = patients.filter(one => one.instanceId !== instanceId);
			return deed;
		},
		resumeStrays: async ({group, strays}) => {
			asked.push(`resume ${group} ${strays.map(({process}) => process).join(' ')}`);
			return deed;
		},
	};
	const holds: Holds = {
		...noHolds,
		care,
		sessions: () => sessions,
		subscribe: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		preview: async () => parts.preview ?? aPreview(),
		hold: (request: HoldRequest) => {
			asked.push(`hold ${request.group} ${request.net} ${request.forSeconds}${adopted(request)}`);
			sessions = [session];
			move({});
			return session;
		},
		releaseAll: async () => Promise.all(sessions.map(one => one.release())),
		lingerAll: async () => {
			asked.push('linger');
			return Promise.all(sessions.map(one => one.linger(1000)));
		},
		takeUp: async () => parts.takenUp ?? [],
	};
	return {
		holds,
		asked: () => asked,
		move,
		tell: (event: HoldEvent) => {
			for (const listener of eventListeners) listener(event);
		},
	};
};

const adopted = ({adopt = []}: HoldRequest): string =>
	adopt.length === 0 ? '' : ` adopts ${adopt.join(' ')}`;
