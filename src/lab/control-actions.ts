/** What the control endpoint can do to the lab. */
import {automationState, createAutomationActions, documentState} from './control-automations.ts';
import type {Faults} from './faults/engine.ts';
import {parseFaultRule} from './faults/rules.ts';
import type {SteppableClock} from './lab-clock.ts';
import {type ControlActions, ControlError, type ControlRequest} from './wire/control-server.ts';
import type {RequestLog} from './wire/request-log.ts';
import type {Lives} from './world/lives.ts';
import type {LabBox, LabGroup} from './world/model.ts';
import {isScalingProcess, type Region, resume, suspend} from './world/region.ts';

export type Controlled = {
	readonly clock: SteppableClock;
	readonly region: Region;
	readonly lives: Lives;
	readonly faults: Faults;
	readonly log: RequestLog;
	readonly seed: number;
};

export const createControlActions = ({
	clock,
	region,
	lives,
	faults,
	log,
	seed,
}: Controlled): ControlActions => {
	const group = ({body}: ControlRequest): LabGroup => {
		const found = region.groups.get(textOf(body, 'group'));
		if (found === undefined) throw new ControlError(404, 'no such group');
		return found;
	};
	const box = ({body}: ControlRequest): LabBox => {
		const found = region.boxes.get(textOf(body, 'instance'));
		if (found === undefined) throw new ControlError(404, 'no such instance');
		return found;
	};
	return {
		'GET state': () => stateOf(region, {faults, seed}),
		'GET requests': ({query}) => ({requests: log.since(Number(query.get('after') ?? 0))}),
		'POST step': ({body}) => {
			clock.step(secondsOf(body));
			return {now: new Date(clock.now()).toISOString()};
		},
		'POST suspend': request => {
			const {body} = request;
			const reason = 'reason' in body ? textOf(body, 'reason') : undefined;
			suspend(region, group(request), processesOf(body), reason);
		},
		'POST resume': request => resume(region, group(request), processesOf(request.body)),
		'POST unhealthy': request => lives.mark(box(request), 'user-health'),
		'POST healthy': request => {
			const found = box(request);
			found.health = 'Healthy';
			found.markedBy = null;
		},
		'POST terminate': request => lives.kill(box(request)),
		'POST user-tag': request =>
			changeTags(region, group(request), tags => {
				tags.set(textOf(request.body, 'key'), {value: textOf(request.body, 'value'), propagate: false});
			}),
		'POST remove-tag': request =>
			changeTags(region, group(request), tags => {
				tags.delete(textOf(request.body, 'key'));
			}),
		...createAutomationActions(region, group),
		'GET faults': () => ({faults: faults.list()}),
		'POST faults': ({body, rest: [id, deed]}) => {
			if (id === undefined) return {id: faults.add(parseFaultRule(body))};
			if (deed === 'go') return {released: faults.go(id)};
			throw new ControlError(404, 'POST /faults or /faults/ID/go');
		},
		'DELETE faults': ({rest: [id]}) => faults.remove(id),
	};
};

const changeTags = (region: Region, group: LabGroup, change: (tags: LabGroup['tags']) => void): void => {
	for (const listener of region.beforeChange) listener(group);
	change(group.tags);
};

type Body = ControlRequest['body'];

const textOf = (body: Body, name: string): string => {
	const value = body[name];
	if (typeof value === 'string' && value !== '') return value;
	throw new ControlError(400, `"${name}" must be a text`);
};

const secondsOf = (body: Body): number => {
	const {seconds} = body;
	if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 && seconds <= 31_536_000)
		return seconds;
	throw new ControlError(400, '"seconds" must be a number of seconds, 0 or more, at most a year');
};

const processesOf = (body: Body): readonly string[] => {
	const {processes} = body;
	if (
		Array.isArray(processes) &&
		processes.every((name): name is string => typeof name === 'string' && isScalingProcess(name))
	)
		return processes;
	throw new ControlError(400, '"processes" must be a list of scaling processes');
};

const stateOf = (region: Region, {faults, seed}: Pick<Controlled, 'faults' | 'seed'>) => ({
	now: new Date(region.clock.now()).toISOString(),
	speed: region.clock.speed(),
	seed,
	region: region.name,
	accountId: region.accountId,
	groups: [...region.groups.values()].map(group => ({
		name: group.name,
		arn: group.arn,
		desired: group.desired,
		suspended: Object.fromEntries(group.suspended),
		tags: Object.fromEntries([...group.tags].map(([key, {value}]) => [key, value])),
		instances: group.boxes.map(box => boxState(region, box)),
	})),
	executions: region.runs.all().map(automationState),
	documents: region.documents.all().map(documentState),
	faults: faults.list(),
});

const boxState = (region: Region, box: LabBox) => ({
	instanceId: box.instanceId,
	lifecycle: box.lifecycle,
	health: box.health,
	ec2State: box.ec2State,
	recording: box.recording.name,
	ageSeconds: (region.clock.now() - box.launchedAt) / 1000,
	bootSeconds: (region.clock.now() - box.poweredOnAt) / 1000,
});
