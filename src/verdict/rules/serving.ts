/** Everything on the box is up, and the load balancer is still not content. */
import {advice} from '../advice.ts';
import {isChainUp} from '../boot-state.ts';
import type {Evidence, Facts, ListeningSocket, Rule} from '../types.ts';

/** Nothing listens where the target group asks, or only for the box itself. */
export const neverListened: Rule = {
	name: 'never-listened',
	judge: facts => {
		const {listening, healthCheckPort: port} = facts;
		if (listening === null || port === null || facts.health?.state !== 'failing' || !isChainUp(facts.boot))
			return [];
		const there = listening.filter(socket => socket.port === port);
		if (there.some(socket => !isLoopback(socket))) return [];
		const locally = there[0];
		return [
			{
				rule: 'never-listened',
				kind: 'fault',
				unit: facts.boot?.chain.at(-1) ?? '',
				sentence:
					locally === undefined
						? `Every unit is up, but nothing listens on port ${port}, which the target group asks.`
						: `Port ${port} is open on ${locally.address} only: the target group cannot reach it.`,
				confidence: 'certain',
				evidence: healthEvidence(facts),
				try: [advice('see what listens', ['ss', '-ltnp'])],
			},
		];
	},
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
