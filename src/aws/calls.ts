/** The calls of one lane. Each SDK client is loaded by the first call that needs it: `ls` loads Auto Scaling alone. */
import type {AccessManagementCalls} from './access-management.ts';
import type {AutoScalingCalls} from './auto-scaling.ts';
import type {AutomationCalls} from './automations.ts';
import type {CloudTrailCalls} from './cloud-trail.ts';
import type {CodeDeployCalls} from './code-deploy.ts';
import type {Ec2Calls} from './ec2.ts';
import type {Lane} from './lane.ts';
import type {LoadBalancingCalls} from './load-balancing.ts';
import type {SecurityTokenCalls} from './security-token.ts';
import type {SystemsManagerCalls} from './systems-manager.ts';
import type {ChangeCalls, ReadCalls} from './types.ts';

export type LaneServices = {
	readonly autoScaling: () => Promise<AutoScalingCalls>;
	readonly ec2: () => Promise<Ec2Calls>;
	readonly systemsManager: () => Promise<SystemsManagerCalls>;
	readonly loadBalancing: () => Promise<LoadBalancingCalls>;
	readonly securityToken: () => Promise<SecurityTokenCalls>;
	readonly accessManagement: () => Promise<AccessManagementCalls>;
	/** Runbooks: the part of Systems Manager that fuses are made of. */
	readonly automations: () => Promise<AutomationCalls>;
	readonly codeDeploy: () => Promise<CodeDeployCalls>;
	readonly cloudTrail: () => Promise<CloudTrailCalls>;
};

export const createServices = (lane: Lane): LaneServices => ({
	autoScaling: once(async () => (await import('./auto-scaling.ts')).createAutoScaling(lane)),
	ec2: once(async () => (await import('./ec2.ts')).createEc2(lane)),
	systemsManager: once(async () => (await import('./systems-manager.ts')).createSystemsManager(lane)),
	loadBalancing: once(async () => (await import('./load-balancing.ts')).createLoadBalancing(lane)),
	securityToken: once(async () => (await import('./security-token.ts')).createSecurityToken(lane)),
	accessManagement: once(async () => (await import('./access-management.ts')).createAccessManagement(lane)),
	automations: once(async () => (await import('./automations.ts')).createAutomations(lane)),
	codeDeploy: once(async () => (await import('./code-deploy.ts')).createCodeDeploy(lane)),
	cloudTrail: once(async () => (await import('./cloud-trail.ts')).createCloudTrail(lane)),
});

export const createReadCalls = (services: LaneServices): ReadCalls => ({
	groups: async options => (await services.autoScaling()).groups(options),
	activities: async options => (await services.autoScaling()).activities(options),
	hooks: async (group, options) => (await services.autoScaling()).hooks(group, options),
	policies: async (group, options) => (await services.autoScaling()).policies(group, options),
	targetGroups: async (arns, options) =>
		arns.length === 0 ? [] : (await services.loadBalancing()).targetGroups(arns, options),
	targetHealth: async (arn, options) => (await services.loadBalancing()).targetHealth(arn, options),
	instances: async (ids, options) => (ids.length === 0 ? [] : (await services.ec2()).instances(ids, options)),
	consoleOutput: async (id, options) => (await services.ec2()).consoleOutput(id, options),
	regions: async options => (await services.ec2()).regions(options),
	userData: async (id, options) => (await services.ec2()).userData(id, options),
	templateVersions: async (template, versions, options) =>
		(await services.ec2()).templateVersions(template, versions, options),
	refreshes: async (group, options) => (await services.autoScaling()).refreshes(group, options),
	instanceStatus: async (ids, options) =>
		ids.length === 0 ? [] : (await services.ec2()).instanceStatus(ids, options),
	deployments: async (filter, options) => (await services.codeDeploy()).deployments(filter, options),
	deploymentGroups: async (application, names, options) =>
		(await services.codeDeploy()).deploymentGroups(application, names, options),
	deploymentTargets: async (id, options) => (await services.codeDeploy()).deploymentTargets(id, options),
	trailEvents: async (filter, options) => (await services.cloudTrail()).trailEvents(filter, options),
	ssmInfo: async (ids, options) =>
		ids.length === 0 ? [] : (await services.systemsManager()).ssmInfo(ids, options),
	ssmConnected: async (id, options) => (await services.systemsManager()).ssmConnected(id, options),
	identity: async options => (await services.securityToken()).identity(options),
	document: async (name, version, options) => (await services.automations()).document(name, version, options),
	automation: async (id, options) => (await services.automations()).automation(id, options),
	automations: async (filter, options) => (await services.automations()).automations(filter, options),
	simulate: async (actions, resource, options = {}) => {
		const caller = options.principal ?? (await (await services.securityToken()).identity(options)).callerArn;
		return (await services.accessManagement()).simulate(caller, {actions, resource}, options);
	},
	role: async (arn, options) => (await services.accessManagement()).role(arn, options),
});

export const createChangeCalls = (services: LaneServices): ChangeCalls => ({
	suspend: async (group, processes, options) =>
		(await services.autoScaling()).suspend(group, processes, options),
	resume: async (group, processes, options) =>
		(await services.autoScaling()).resume(group, processes, options),
	probeResume: async (group, options) => (await services.autoScaling()).probeResume(group, options),
	putTag: async (group, key, value, options) =>
		(await services.autoScaling()).putTag(group, key, value, options),
	deleteTag: async (group, key, options) => (await services.autoScaling()).deleteTag(group, key, options),
	setHealthy: async (id, options) => (await services.autoScaling()).setHealthy(id, options),
	enterStandby: async (group, id, options) => (await services.autoScaling()).enterStandby(group, id, options),
	exitStandby: async (group, id, options) => (await services.autoScaling()).exitStandby(group, id, options),
	detach: async (group, id, options) => (await services.autoScaling()).detach(group, id, options),
	heartbeat: async (group, hook, id, options) =>
		(await services.autoScaling()).heartbeat(group, hook, id, options),
	completeHook: async (group, hook, id, result, options) =>
		(await services.autoScaling()).completeHook(group, hook, id, result, options),
	putDyingHook: async (group, hook, seconds, options) =>
		(await services.autoScaling()).putDyingHook(group, hook, seconds, options),
	deleteDyingHook: async (group, hook, options) =>
		(await services.autoScaling()).deleteDyingHook(group, hook, options),
	createDocument: async (name, content, options) =>
		(await services.automations()).createDocument(name, content, options),
	startAutomation: async (start, options) => (await services.automations()).startAutomation(start, options),
	stopAutomation: async (id, options) => (await services.automations()).stopAutomation(id, options),
});

/** A failed load is tried again by the next call. */
const once = <T>(load: () => Promise<T>): (() => Promise<T>) => {
	let loaded: Promise<T> | undefined;
	return () => {
		loaded ??= load().catch(error => {
			loaded = undefined;
			throw error;
		});
		return loaded;
	};
};
