/** Everything on the box is up, and the load balancer is still not content. */
import {advice} from '../advice.ts';
import {isChainUp} from '../boot-state.ts';
import {probed} from '../probe-evidence.ts';
import type {Evidence, Facts, ListeningSocket, Rule} from '../types.ts';

/** Nothing listens where the target group asks, or only for the box itself. */
export const neverListened: Rule = {
	name: 'never-listened',
	judge: facts => {
		const {listening, healthCheckPort: port} = facts;
		if (listening === null || port === null || !isChainUp(facts.boot)) return [];
		// Before the load balancer has spoken, a refused connection at the box's own address must stand for it.
		if (facts.health === null ? !isSettled(facts) : facts.health.state === 'passing') return [];
		const there = listening.filter(socket => socket.port === port);
		if (there.some(socket => !isLoopback(socket))) return [];
		const locally = there[0];
		// A port that is forwarded, to a container for one, answers without a socket that listens.
		const answer = probed(facts, 'health')?.value;
		if (answer !== undefined && answer['status'] !== 0) return [];
		return [
			{
				rule: 'never-listened',
				kind: 'fault',
				unit: facts.boot?.chain.at(-1) ?? '',
				sentence:
					locally === undefined
						? `Every unit is up, but nothing listens on port ${port}, which the target group asks.`
						: `Port ${port} is open on ${locally.address} only: the target group cannot reach it.`,
				confidence: facts.health !== null && isSettled(facts) ? 'certain' : 'likely',
				evidence: healthEvidence(facts),
				try: [advice('see what listens', ['ss', '-ltnp'])],
			},
		];
	},
};

/** The app had its time to open the port, and a connection at the box's own address is refused. */
const settledSeconds = 60;

const isSettled = (facts: Facts): boolean => {
	const {boot, probe} = facts;
	if (probe === null) return facts.health !== null;
	const app = boot?.units.find(({name}) => name === boot.chain.at(-1));
	const upFor = (probe.uptimeSeconds ?? 0) - (app?.upSeconds ?? Number.POSITIVE_INFINITY);
	return upFor >= settledSeconds && probed(facts, 'health')?.value['curlExit'] === 7;
};

/** It listens, and answers the check with something else than the target group wants. */
export const healthPath: Rule = {
	name: 'health-path',
	judge: facts => {
		const {health} = facts;
		if (health?.state !== 'failing' || health.lastAnswer === null || !isChainUp(facts.boot)) return [];
		const mismatch = /ResponseCodeMismatch/.test(health.lastAnswer);
		const code = /^[1-5]\d\d$/.test(health.lastAnswer) ? health.lastAnswer : null;
		if (!mismatch && code === null) return [];
		return [
			{
				rule: 'health-path',
				kind: 'fault',
				unit: facts.boot?.chain.at(-1) ?? '',
				sentence: `The app listens, but answers the health check with ${code === null ? 'another code than the target group wants' : code}.`,
				confidence: 'certain',
				evidence: healthEvidence(facts),
				try: [advice('compare path and codes of the target group with what the app serves')],
			},
		];
	},
};

export const healthEvidence = ({health}: Facts): readonly Evidence[] =>
	health === null
		? []
		: [{source: 'load balancer', text: health.lastAnswer ?? health.state, atSeconds: null, at: health.at}];

const isLoopback = ({address}: ListeningSocket): boolean => /^(?:127\.|\[?::1\]?$|localhost$)/.test(address);
