/** Steps that many stories begin with. */
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from 'vitest';
import {changes, key, type Lab, pause, type Screen, type SeenRequest} from './harness.ts';

export const seesFleet = async (screen: Screen) => screen.sees(/▸ .*(▲ FLAPS|● calm|‖ STRAY|■ HELD)/, 10);

/** Opens the group under the mark. */
export const opensGroup = async (screen: Screen) => {
	await seesFleet(screen);
	await screen.press(key.enter);
	await screen.sees(/Instances \d+ of/);
};

/** From a group's screen: the preview, and the hold. */
export const holds = async (screen: Screen) => {
	await screen.press('H');
	await screen.answers(/enter .*holds/, key.enter);
	await screen.sees(/■ HELD by \S+@\S+/, 30);
	// Keys that come before the preview is gone are the preview's.
	await screen.losesSight(/─ Hold /);
};

/** Story 5's start: AZRebalance off by a third party, web-prod open, held. */
export const heldWebProd = async (lab: Lab, screen: Screen) => {
	await lab.control('POST', '/suspend', {group: 'web-prod', processes: ['AZRebalance']});
	await opensGroup(screen);
	await holds(screen);
};

/** In a release preview: types the count it asks for, if it asks for one. */
export const confirmsRelease = async (screen: Screen) => {
	await screen.sees(/Type \d+ to release|enter releases/);
	await pause(400);
	const count = /Type (\d+) to release/.exec(screen.text())?.[1];
	await screen.press(...(count === undefined ? [] : [...count]), key.enter);
};

/** Changes but the preflight's own call, which names no process of AWS. */
export const realChanges = (requests: readonly SeenRequest[]) =>
	changes(requests).filter(({operation}) => operation !== 'ResumeProcesses');

type StateOfGroup = {
	readonly name: string;
	readonly suspended: Readonly<Record<string, string>>;
	readonly tags: Readonly<Record<string, string>>;
	readonly instances: readonly {
		readonly instanceId: string;
		readonly lifecycle: string;
		readonly health: string;
		readonly ec2State: string;
		readonly bootSeconds: number;
	}[];
};

/** What the lab itself says of a group: never through unflap. */
export const groupState = async (lab: Lab, name: string): Promise<StateOfGroup> => {
	const {groups} = (await lab.control('GET', '/state')) as {readonly groups: readonly StateOfGroup[]};
	const group = groups.find(one => one.name === name);
	if (group === undefined) throw new Error(`the lab has no group ${name}`);
	return group;
};

const groupTruth = async (lab: Lab, name: string) => {
	const {suspended, tags} = await groupState(lab, name);
	return {
		suspended: Object.keys(suspended).toSorted(),
		tags: Object.keys(tags).filter(tag => tag.startsWith('unflap:')),
	};
};

/** The suspended set is this again, and no tag of unflap is left. */
export const becomes = async (lab: Lab, name: string, suspended: readonly string[], seconds = 15) => {
	await expect
		.poll(() => groupTruth(lab, name), {timeout: seconds * 1000, interval: 200})
		.toEqual({suspended: suspended.toSorted(), tags: []});
};

/** A config file of the first user of the lab. */
export const configured = async (lab: Lab, config: Readonly<Record<string, unknown>>) => {
	const folder = join(String(lab.environment['XDG_CONFIG_HOME']), 'unflap');
	await mkdir(folder, {recursive: true, mode: 0o700});
	await writeFile(join(folder, 'config.json'), JSON.stringify(config), {mode: 0o600});
};
