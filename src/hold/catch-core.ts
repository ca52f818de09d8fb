/**
 * Waiting for a box and keeping it, as a pure core: what is seen of the group goes in, what is to be done comes out. No
 * clock, no I/O; times are AWS time. The shell is catcher.ts.
 */
import type {AwsMs} from '../base/clock.ts';
import type {
	CatchDeed,
	CatchEnd,
	CatchEvent,
	CatchState,
	CatchStep,
	CatchWish,
	CatchWork,
	CaughtBox,
	SeenBox,
} from './catch-types.ts';

export const newCatch = (wish: CatchWish): CatchState => ({
	wish,
	known: null,
	boxes: [],
	hold: 'none',
	waitingSince: null,
	ended: null,
});

export const stepCatch = (state: CatchState, event: CatchEvent, now: AwsMs): CatchStep => {
	if (state.ended !== null) return {state, deeds: []};
	switch (event.on) {
		case 'seen':
			return event.boxes === null ? end(state, 'group-gone') : seen(state, event.boxes, now);
		case 'hold':
			return proceed({state: {...state, hold: event.state}, deeds: []}, now);
		case 'command-ended':
			return commandEnded(state, event, now);
		case 'answered':
			return answered(state, event.instanceId, now);
		case 'end':
			return end(state, 'asked');
	}
};

/** Boxes that are being kept now. */
export const keptBoxes = ({boxes}: Pick<CatchState, 'boxes'>): readonly CaughtBox[] =>
	boxes.filter(({letGo}) => !letGo);

const isDying = (state: string): boolean => state.startsWith('Terminating') || state === 'Terminated';
const isWaiting = (state: string): boolean => /(?:^|:)(?:Pending|Terminating):Wait$/.test(state);

const seen = (state: CatchState, boxes: readonly SeenBox[], now: AwsMs): CatchStep =>
	proceed(catchNew(follow(state, boxes, now), boxes, now), now);

/** What became of the boxes that are kept. */
const follow = (state: CatchState, seenBoxes: readonly SeenBox[], now: AwsMs): CatchStep => {
	const states = new Map(seenBoxes.map(({instanceId, lifecycleState}) => [instanceId, lifecycleState]));
	const deeds: CatchDeed[] = [];
	const boxes = state.boxes.map(box => {
		if (box.letGo) return box;
		const {instanceId, lifecycleState: from} = box;
		const to = states.get(instanceId) ?? 'gone';
		if (to === from) return box;
		deeds.push({do: 'tell', instanceId, from, to});
		if (isWaiting(to)) deeds.push({do: 'pin', instanceId});
		return {...box, lifecycleState: to};
	});
	return {state: {...state, boxes, waitingSince: state.waitingSince ?? now}, deeds};
};

const catchNew = ({state, deeds}: CatchStep, seenBoxes: readonly SeenBox[], now: AwsMs): CatchStep => {
	const {wish} = state;
	const isFirstRead = state.known === null;
	const known = state.known ?? [];
	const familiar = new Set([...known, ...state.boxes.map(({instanceId}) => instanceId)]);
	const isWanted = ({instanceId, lifecycleState}: SeenBox): boolean => {
		if (wish.what === 'dying') return isDying(lifecycleState) && lifecycleState !== 'Terminated';
		if (isFirstRead) return instanceId === wish.first;
		return !isDying(lifecycleState);
	};
	const fresh = seenBoxes.filter(box => !familiar.has(box.instanceId));
	const wanted = fresh.filter(isWanted);
	const free = wish.every ? wanted : wanted.slice(0, state.boxes.length === 0 ? 1 : 0);
	const caught = free.map(({instanceId, lifecycleState}) => newBox(wish, {instanceId, lifecycleState}, now));
	// In a watch for deaths a box that lives may die later: it stays unknown.
	const passed = wish.what === 'dying' ? wanted : fresh;
	const left = passed.filter(box => !free.includes(box)).map(({instanceId}) => instanceId);
	return {
		state: {...state, known: [...known, ...left], boxes: [...state.boxes, ...caught]},
		deeds: [...deeds, ...caught.map(({instanceId}) => ({do: 'catch', instanceId}) as const)],
	};
};

const newBox = (wish: CatchWish, {instanceId, lifecycleState}: SeenBox, now: AwsMs): CaughtBox => ({
	instanceId,
	lifecycleState,
	caughtAt: now,
	work: wish.command !== null || wish.rescueHook !== null ? 'due' : 'none',
	letGo: false,
});

/** What is due now, box by box; then the hold, and the end. */
const proceed = (step: CatchStep, now: AwsMs): CatchStep => {
	let {state} = step;
	const deeds = [...step.deeds];
	for (const box of keptBoxes(state)) {
		const [next, more] = proceedBox(box, state, now);
		if (next === box) continue;
		state = {...state, boxes: state.boxes.map(one => (one === box ? next : one))};
		deeds.push(...more);
		if (!more.some(deed => deed.do === 'too-late')) continue;
		const last = afterWork(state, box.instanceId);
		state = last.state;
		deeds.push(...last.deeds);
	}
	if (state.wish.hold && state.hold === 'none' && keptBoxes(state).some(box => helps(box, state.wish))) {
		state = {...state, hold: 'asked'};
		deeds.push({do: 'hold'});
	}
	return finish({state, deeds}, now);
};

/**
 * A suspension covers boxes in service alone; before that it costs the others and keeps nobody. Where no hook keeps a
 * box it comes into service within seconds, so the hold begins at once; a rescue needs it before it continues the hook.
 */
const helps = ({lifecycleState: state}: CaughtBox, {hasLaunchHook, rescueHook}: CatchWish): boolean => {
	if (state === 'InService' || state.endsWith('Pending:Proceed')) return true;
	if (state === 'Pending') return !hasLaunchHook;
	return state === 'Pending:Wait' && rescueHook !== null;
};

type BoxStep = readonly [CaughtBox, readonly CatchDeed[]];

const proceedBox = (box: CaughtBox, state: CatchState, now: AwsMs): BoxStep => {
	const {instanceId, lifecycleState} = box;
	const stop: readonly CatchDeed[] = box.work === 'running' ? [{do: 'stop-command', instanceId}] : [];
	if (lifecycleState === 'gone' || lifecycleState === 'Terminated')
		return [{...box, letGo: true}, [...stop, {do: 'let-go', instanceId, why: 'gone'}]];
	if (now - box.caughtAt >= state.wish.keepMs)
		return [{...box, letGo: true}, [...stop, {do: 'let-go', instanceId, why: 'time'}]];
	// Nothing is run for a box that goes; it is watched to its end.
	if (state.wish.what === 'launch' && isDying(lifecycleState))
		return box.work === 'due' || box.work === 'running' ? [{...box, work: 'done'}, stop] : [box, []];
	return box.work === 'due' ? begin(box, state) : [box, []];
};

const begin = (box: CaughtBox, {wish, hold}: CatchState): BoxStep => {
	const {instanceId, lifecycleState} = box;
	const isInService = lifecycleState === 'InService';
	if (wish.rescueHook !== null) {
		if (isInService) return [{...box, work: 'done'}, []];
		if (lifecycleState !== 'Pending:Wait' || hold !== 'held') return [box, []];
		const answer = {
			do: 'answer',
			instanceId,
			hook: wish.rescueHook,
			result: 'CONTINUE',
			why: 'rescue',
		} as const;
		return [{...box, work: 'answering'}, [answer]];
	}
	const hook = wish.command?.hook ?? null;
	if (hook === null) return isInService ? [{...box, work: 'running'}, [{do: 'run', instanceId}]] : [box, []];
	if (lifecycleState === 'Pending:Wait') return [{...box, work: 'running'}, [{do: 'run', instanceId}]];
	return isInService ? [{...box, work: 'done'}, [{do: 'too-late', instanceId}]] : [box, []];
};

const commandEnded = (
	state: CatchState,
	{instanceId, code}: Extract<CatchEvent, {on: 'command-ended'}>,
	now: AwsMs,
): CatchStep => {
	const box = state.boxes.find(one => one.instanceId === instanceId);
	if (box?.work !== 'running') return {state, deeds: []};
	const hook = state.wish.command?.hook ?? null;
	const mayAnswer = code !== null && hook !== null && box.lifecycleState === 'Pending:Wait' && !box.letGo;
	const work: CatchWork = mayAnswer ? 'answering' : 'done';
	const next = {...state, boxes: state.boxes.map(one => (one === box ? {...box, work} : one))};
	if (!mayAnswer) return finish(afterWork(next, instanceId), now);
	const result = code === 0 ? 'CONTINUE' : 'ABANDON';
	return {state: next, deeds: [{do: 'answer', instanceId, hook, result, why: 'command'}]};
};

const answered = (state: CatchState, instanceId: string, now: AwsMs): CatchStep => {
	const boxes = state.boxes.map(box =>
		box.instanceId === instanceId && (box.work === 'answering' || box.work === 'running')
			? {...box, work: 'done' as const}
			: box,
	);
	return finish(afterWork({...state, boxes}, instanceId), now);
};

/** A command has had its say: without a hold nothing else is wanted of this box. */
const afterWork = (state: CatchState, instanceId: string): CatchStep => {
	const box = keptBoxes(state).find(one => one.instanceId === instanceId);
	if (box === undefined || state.wish.hold || state.wish.command === null) return {state, deeds: []};
	const boxes = state.boxes.map(one => (one === box ? {...box, letGo: true} : one));
	const next = {...state, boxes};
	const deeds: readonly CatchDeed[] = [{do: 'let-go', instanceId, why: 'answered'}];
	if (state.wish.every) return {state: next, deeds};
	const last = end(next, 'answered');
	return {state: last.state, deeds: [...deeds, ...last.deeds]};
};

/** One that was asked for is over with its box; many are over when nobody comes any more. */
const finish = (step: CatchStep, now: AwsMs): CatchStep => {
	const {state, deeds} = step;
	if (state.ended !== null) return step;
	const {wish, boxes} = state;
	if (keptBoxes(state).length > 0) return {state: {...state, waitingSince: null}, deeds};
	const last = boxes.at(-1);
	if (!wish.every && last !== undefined) {
		const isTime = deeds.some(deed => deed.do === 'let-go' && deed.why === 'time');
		return append(step, end(state, isTime ? 'time' : 'gone'));
	}
	const since = state.waitingSince ?? now;
	const waiting = {...state, waitingSince: since};
	if (wish.waitMs === null || now - since < wish.waitMs) return {state: waiting, deeds};
	return append(step, end(waiting, 'nobody-came'));
};

const append = (step: CatchStep, last: CatchStep): CatchStep => ({
	state: last.state,
	deeds: [...step.deeds, ...last.deeds],
});

const end = (state: CatchState, why: CatchEnd): CatchStep => {
	const running = keptBoxes(state).filter(({work}) => work === 'running');
	return {
		state: {...state, ended: why},
		deeds: [...running.map(({instanceId}) => ({do: 'stop-command', instanceId}) as const), {do: 'end', why}],
	};
};
