/**
 * Runs a printed line as a user would: pasted into sh, with the AWS CLI where it is installed. Elsewhere `aws` is a small
 * program that makes the same call by the SDK.
 */

import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {environmentOf, type Finished, finished} from '../../run-program.ts';
import {repositoryRoot} from '../../shared-folder.ts';

export const awsCli: string | undefined = [process.env['UNFLAP_PEER_AWS'], '/usr/bin/aws'].find(
	path => path !== undefined && existsSync(path),
);

export const paste = async (line: string, environment: Readonly<NodeJS.ProcessEnv>): Promise<Finished> => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-paste-'));
	try {
		const aws = join(folder, 'aws');
		if (awsCli !== undefined) await symlink(awsCli, aws);
		else {
			await writeFile(aws, `#!${process.execPath}\n${sdkProgram}`);
			await chmod(aws, 0o755);
		}
		const more = {...environment, PATH: `${folder}:${process.env['PATH'] ?? ''}`};
		return await finished(
			spawn('/bin/sh', ['-c', line], {
				stdio: ['ignore', 'pipe', 'pipe'],
				env: environmentOf(folder, more),
			}),
		);
	} finally {
		await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
	}
};

/** Reads `autoscaling resume-processes --auto-scaling-group-name NAME --scaling-processes A B … --endpoint-url URL`. */
const sdkProgram = `
const {createRequire} = require('node:module');
const {AutoScalingClient, ResumeProcessesCommand} = createRequire(${JSON.stringify(join(repositoryRoot, 'package.json'))})('@aws-sdk/client-auto-scaling');
const values = name => {
	const from = process.argv.indexOf(name) + 1;
	if (from === 0) return [];
	const rest = process.argv.slice(from);
	const end = rest.findIndex(word => word.startsWith('--'));
	return end === -1 ? rest : rest.slice(0, end);
};
if (process.argv[2] !== 'autoscaling' || process.argv[3] !== 'resume-processes') process.exit(252);
const [endpoint] = values('--endpoint-url');
const [region] = values('--region');
const processes = values('--scaling-processes');
if (processes.length === 0) process.exit(252);
new AutoScalingClient({...(endpoint ? {endpoint} : {}), ...(region ? {region} : {})})
	.send(new ResumeProcessesCommand({AutoScalingGroupName: values('--auto-scaling-group-name')[0], ScalingProcesses: processes}))
	.catch(error => { console.error(error.message); process.exit(254); });
`;
