/** What third parties can do to documents, automations and holds, through the control endpoint. */
import {type ControlActions, ControlError, type ControlRequest} from './wire/control-server.ts';
import type {Run} from './world/automation-runs.ts';
import type {LabDocument} from './world/documents.ts';
import {isoSeconds, type LabGroup} from './world/model.ts';
import {isScalingProcess, type Region, suspend} from './world/region.ts';
import {checkParameters, parseRunbook} from './world/runbook.ts';

type Body = ControlRequest['body'];

/** Who the runs belong to that nobody at the AWS endpoint started. */
const strangerKey = 'AKIALABSTRANGER00001';
const colleagueKey = 'AKIALABCOLLEAGUE0002';

export const createAutomationActions = (
	region: Region,
	groupOf: (request: ControlRequest) => LabGroup,
): ControlActions => ({
	'POST stop-automation': ({body}) => {
		const run = region.runs.find(textOf(body, 'id'));
		if (run === undefined) throw new ControlError(404, 'no such execution');
		region.runs.stop(run);
	},
	'POST document': ({body}) => replaceDocument(region, body),
	'POST document-version': ({body}) => addVersion(region, body),
	'DELETE document': ({rest: [name = '']}) => region.documents.remove(name),
	'POST fill-automations': ({body}) => fillAutomations(region, body),
	'POST other-hold': request => holdAsColleague(region, groupOf(request), request.body),
	'POST role': ({body}) => void region.roles.set(textOf(body, 'arn'), textOf(body, 'trust')),
});

/** As DeleteDocument and CreateDocument by somebody: version 1 again, whatever it was. */
const replaceDocument = (region: Region, body: Body) => {
	const name = textOf(body, 'name');
	const content = textOf(body, 'content');
	const type = optionalText(body, 'type') ?? 'Automation';
	if (type === 'Automation') parseRunbook(content);
	region.documents.remove(name);
	const owner = optionalText(body, 'owner') ?? region.accountId;
	return documentState(region.documents.create({name, content, owner, type}));
};

/** As UpdateDocument by somebody, and UpdateDocumentDefaultVersion unless `default` is false. */
const addVersion = (region: Region, body: Body) => {
	const document = region.documents.find(textOf(body, 'name'));
	if (document === undefined) throw new ControlError(404, 'no such document');
	const {version} = region.documents.update(document, textOf(body, 'content'));
	if (body['default'] !== false) region.documents.setDefault(document, version);
	return documentState(document);
};

const busyDocument = 'nightly-patching';
const busyContent = JSON.stringify({
	schemaVersion: '0.3',
	mainSteps: [{name: 'window', action: 'aws:sleep', inputs: {Duration: 'P6D'}}],
});

/** So many automations of others run or wait; 0 stops them. */
const fillAutomations = (region: Region, body: Body) => {
	const count = numberOf(body, 'count', 10_000);
	const others = region.runs
		.all()
		.filter(({document, endedAt}) => document === busyDocument && endedAt === null);
	for (const run of others.slice(count)) region.runs.stop(run);
	if (region.documents.find(busyDocument) === undefined)
		region.documents.create({
			name: busyDocument,
			content: busyContent,
			owner: region.accountId,
			type: 'Automation',
		});
	const runbook = parseRunbook(busyContent);
	for (let made = others.length; made < count; made += 1)
		region.runs.start({
			id: region.random.fork(`busy/${region.runs.all().length}`).uuid(),
			document: busyDocument,
			version: '1',
			runbook,
			parameters: {},
			caller: strangerKey,
			role: null,
			clientToken: null,
		});
	return {count};
};

/** The letters of processes in a hold's tag. */
const letters: Readonly<Record<string, string>> = {
	ReplaceUnhealthy: 'R',
	HealthCheck: 'H',
	Terminate: 'T',
	AZRebalance: 'Z',
	AlarmNotification: 'A',
	ScheduledActions: 'S',
	InstanceRefresh: 'I',
	Launch: 'L',
	AddToLoadBalancer: 'B',
};

/**
 * A second engineer's hold: tag, fuse, suspension. The fuse is a run of `document` as it is in the region, or as
 * `content` gives it; without either the hold has none. `suspend: false` leaves the processes alone, `tag: false` the
 * tag, `fuse: false` the fuse.
 */
const holdAsColleague = (region: Region, group: LabGroup, body: Body) => {
	const processes = processesOf(body);
	const holdId =
		optionalText(body, 'holdId') ??
		region.random.fork(`hold/${group.tags.size}/${group.name}/${region.runs.all().length}`).hex(8);
	const key = `unflap:hold:${holdId}`;
	const until = region.clock.now() + numberOf(body, 'minutes', 1440, 30) * 60_000;
	const fuse = body['fuse'] === false ? null : armAsColleague(region, {group, processes, key, until}, body);
	if (body['tag'] !== false) {
		for (const listener of region.beforeChange) listener(group);
		const by = optionalText(body, 'by') ?? 'eva@desk4';
		const procs = processes.map(process => letters[process] ?? '').join('');
		const value = [
			'v1 live',
			`until=${new Date(Math.ceil(until / 60_000) * 60_000).toISOString().slice(0, 16)}Z`,
			`by=${by}`,
			`procs=${procs}`,
			...(fuse === null ? [] : [`fuse=${fuse.id.slice(0, 8)}`]),
			'why=looking at it too',
		];
		group.tags.set(key, {value: value.join(' '), propagate: false});
	}
	if (body['suspend'] !== false) suspend(region, group, processes);
	return {holdId, key, fuse: fuse?.id ?? null, until: new Date(until).toISOString()};
};

const armAsColleague = (
	region: Region,
	hold: {
		readonly group: LabGroup;
		readonly processes: readonly string[];
		readonly key: string;
		readonly until: number;
	},
	body: Body,
): Run | null => {
	const name = optionalText(body, 'document') ?? 'unflap-ResumeFuse-v1';
	const content = optionalText(body, 'content');
	if (region.documents.find(name) === undefined && content !== undefined)
		region.documents.create({name, content, owner: region.accountId, type: 'Automation'});
	const found = region.documents.find(name)?.versions[0];
	if (found?.runbook == null) return null;
	const parameters = {
		AutoScalingGroupName: [hold.group.name],
		Processes: hold.processes,
		ResumeAt: [isoSeconds(hold.until)],
		HoldTagKey: [hold.key],
	};
	checkParameters(found.runbook, parameters);
	return region.runs.start({
		id: region.random.fork(`colleague/${region.runs.all().length}`).uuid(),
		document: name,
		version: found.version,
		runbook: found.runbook,
		parameters,
		caller: colleagueKey,
		role: null,
		clientToken: null,
	});
};

export const automationState = (run: Run) => ({
	id: run.id,
	document: run.document,
	version: run.version,
	status: run.status,
	step: run.current?.plan.name ?? null,
	startedAt: new Date(run.startedAt).toISOString(),
	endedAt: run.endedAt === null ? null : new Date(run.endedAt).toISOString(),
	wakesAt: run.wakesAt === null ? null : new Date(run.wakesAt).toISOString(),
	parameters: run.parameters,
	caller: run.caller,
	role: run.role,
	failure: run.failure,
	steps: run.steps.map(({plan, status, failure}) => ({name: plan.name, status, failure})),
});

export const documentState = ({name, owner, type, versions, defaultVersion}: LabDocument) => ({
	name,
	owner,
	type,
	defaultVersion,
	versions: versions.map(({version, hash}) => ({version, hash})),
});

const textOf = (body: Body, name: string): string => {
	const value = body[name];
	if (typeof value === 'string' && value !== '') return value;
	throw new ControlError(400, `"${name}" must be a text`);
};

const optionalText = (body: Body, name: string): string | undefined =>
	name in body ? textOf(body, name) : undefined;

const numberOf = (body: Body, name: string, most: number, fallback?: number): number => {
	const value = body[name] ?? fallback;
	if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= most) return value;
	throw new ControlError(400, `"${name}" must be a number from 0 to ${most}`);
};

const processesOf = ({processes}: Body): readonly string[] => {
	if (
		Array.isArray(processes) &&
		processes.length > 0 &&
		processes.every((name): name is string => typeof name === 'string' && isScalingProcess(name))
	)
		return processes;
	throw new ControlError(400, '"processes" must be a list of scaling processes');
};
