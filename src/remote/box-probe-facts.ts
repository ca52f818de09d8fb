/** From the answers of a probe to facts: one a check, in the order of `probeChecks`. Pure. */
import {commandLine} from '../base/quote.ts';
import type {Hostile} from '../base/text.ts';
import {type ProbeAnswers, readProbeAnswers} from './box-probe-answers.ts';
import {clockFinding} from './box-probe-clock.ts';
import {type ProbeWish, shownCommand} from './box-probe-commands.ts';
import {diskFinding, memoryFinding} from './box-probe-machine.ts';
import {
	metadataFinding,
	optionsFinding,
	roleFinding,
	tagsFinding,
	userDataFinding,
} from './box-probe-metadata.ts';
import {healthFinding, listeningOf, portsFinding} from './box-probe-ports.ts';
import {namesFinding, storeFinding} from './box-probe-store.ts';
import {
	type BoxProbe,
	type MetadataOptions,
	type ProbeCheck,
	type ProbeFact,
	probeChecks,
} from './box-probe-types.ts';

export type ProbeReading = {
	readonly wish: ProbeWish;
	/** AWS time before and after the box was asked. */
	readonly askedAt: number;
	readonly answeredAt: number;
	/** Ports that target groups, or the person, ask for. */
	readonly ports: readonly number[];
	/** By DescribeInstances, which is asked from here. */
	readonly instance: {
		readonly instanceId: string;
		readonly privateIp: string | null;
		readonly options: MetadataOptions;
	} | null;
};

/** What one check came to, before its command is put beside it. */
export type Finding = Omit<ProbeFact, 'check' | 'command'>;

export const readProbe = (text: string, reading: ProbeReading): BoxProbe => {
	const answers = readProbeAnswers(text, reading.wish.nonce);
	return {
		facts: probeChecks
			.filter(check => check !== 'health' || reading.wish.health !== null)
			.map(check => ({
				check,
				...findingOf(check, answers, reading),
				command:
					check === 'options'
						? optionsCommand(reading)
						: shownCommand(check, answers.of(check)?.tool ?? '', {
								...reading.wish,
								address: reading.instance?.privateIp ?? '127.0.0.1',
							}),
			})),
		listening: listeningOf(answers),
		at: reading.answeredAt,
		uptimeSeconds: uptimeOf(answers),
	};
};

const findingOf = (check: ProbeCheck, answers: ProbeAnswers, reading: ProbeReading): Finding => {
	if (check === 'options') return optionsFinding(reading.instance?.options ?? null);
	const answer = answers.of(check);
	if (answer === null) return unanswered(check, answers, reading);
	if (answer.tool === 'none') return unknown(missingTools[check] ?? 'no program for it on the box');
	switch (check) {
		case 'imds':
			return metadataFinding(answer);
		case 'tags':
			return tagsFinding(answer);
		case 'user-data':
			return userDataFinding(answer);
		case 'role':
			return roleFinding(answer, reading.answeredAt);
		case 's3':
			return storeFinding(answer, reading.wish);
		case 'dns':
			return namesFinding(answer, reading.wish);
		case 'clock':
			return clockFinding(answer, answers.of('now'), reading);
		case 'disk':
			return diskFinding(answer);
		case 'memory':
			return memoryFinding(answer);
		case 'ports':
			return portsFinding(listeningOf(answers), reading.ports);
		case 'health':
			return healthFinding(answer);
		default:
			return check satisfies never;
	}
};

const optionsCommand = ({instance, wish}: ProbeReading): string | null =>
	instance === null
		? null
		: commandLine([
				...['aws', 'ec2', 'describe-instances', '--region', wish.region],
				...['--instance-ids', instance.instanceId],
				...['--query', 'Reservations[].Instances[].MetadataOptions'],
			]);

const missingTools: Readonly<Partial<Record<ProbeCheck, string>>> = {
	imds: 'neither curl nor python3 on the box',
	s3: 'neither the AWS CLI nor a curl that signs on the box',
	dns: 'neither getent nor nslookup on the box',
	health: 'no curl on the box, or it does not know its own address',
};

const unanswered = (check: ProbeCheck, answers: ProbeAnswers, {wish: {store}}: ProbeReading): Finding => {
	if (check === 's3' && store === null) return unknown('no bucket is known: --s3 s3://bucket/key names one');
	if (!answers.isWhole) return unknown('the box did not answer to the end');
	if (check === 's3' && answers.of('role') !== null) return unknown('the box has no credentials of a role');
	return unknown('metadata does not answer');
};

export const unknown = (text: Hostile): Finding => ({state: 'unknown', text, value: {}});

const uptimeOf = (answers: ProbeAnswers): number | null => {
	const [, seconds] = /^\d{1,12} (\d{1,9})(?:\.\d+)? /.exec(answers.of('now')?.lines[0] ?? '') ?? [];
	return seconds === undefined ? null : Number(seconds);
};
