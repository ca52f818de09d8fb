/** Names and texts from AWS on both streams of every command that shows them. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {corpus} from '../hostile/corpus.ts';
import {type OpenLab, openLab} from './open-lab.ts';
import {type Answer, inXml, startTamperingProxy} from './tampering-proxy.ts';
import {bothAreHarmless, drivesNoCi} from './terminal-grammar.ts';

let lab: OpenLab;
let proxy: Awaited<ReturnType<typeof startTamperingProxy>>;
let tamper = (_operation: string, answer: Answer): Answer => answer;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
	proxy = await startTamperingProxy(lab.endpoint, (operation, answer) => tamper(operation, answer));
});
afterAll(async () => {
	await proxy.close();
	await lab.close();
});

const run = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
	lab.run(args, {environment: {AWS_ENDPOINT_URL: proxy.endpoint, ...environment}});

/** Text of a name: what the API's own pattern allows (U+0020 and up), in one line. */
const asName = (text: string) =>
	text
		.toWellFormed()
		.replace(/[\u0000-\u001f\ufffe\uffff]/g, '')
		.slice(0, 255);
const names = corpus.map(({text}) => asName(text)).filter(name => name.trim() !== '');

/** Names of a group, a hook and a policy, the words of causes, the value of a tag: all awkward names at once. */
const words = ['web-canary', 'web-prod-warmup', 'web-prod-cpu', 'health check', 'ELB'];
const awkward = `canary-${names.join(' ').slice(0, 3000)}`;
const renaming = (_operation: string, answer: Answer): Answer => {
	const written = answer.type.includes('json') ? JSON.stringify(awkward).slice(1, -1) : inXml(awkward);
	return {...answer, body: words.reduce((body, word) => body.replaceAll(word, () => written), answer.body)};
};

const lines = [
	['ls'],
	['ls', '-o', 'json'],
	['ls', '-o', 'jsonl'],
	['show', 'web-prod'],
	['show', 'web-prod', '-o', 'json'],
	['show', 'canary-'],
	['holds'],
	['hold', 'web-prod', '--read-only', '--for', '1m'],
	['catch', 'web-prod/1', '--read-only', '--for', '10s'],
	['doctor', 'web-prod', '--read-only'],
	['completion', 'names'],
];

describe('T2 names and causes', () => {
	beforeAll(() => {
		tamper = renaming;
	});

	test.each(lines.map(args => [args.join(' '), args] as const))('T2 unflap %s', async (_name, args) => {
		const result = await run(args);
		bothAreHarmless(result);
		// The awkward names were really there.
		if (!['holds', 'catch', 'doctor', 'completion'].includes(args[0] ?? ''))
			expect(result.stdout + result.stderr).toContain('canary-');
		const {stdout, stderr} = await run(args, {GITHUB_ACTIONS: 'true', FORCE_COLOR: '1'});
		bothAreHarmless({...result, stdout, stderr}, true);
		drivesNoCi(stdout);
		drivesNoCi(stderr);
	});

	test('T2 a name in words of an error', async () => {
		const result = await run(['show', '\u009b2J\u001b]0;x\u0007']);
		bothAreHarmless(result);
		expect(result.code).toBe(1);
	});
});

describe('T2 what AWS or a proxy says when it refuses', () => {
	const refusals = names.map(name => name.slice(0, 2000));
	test('T2 error texts of the corpus', async () => {
		for (let index = 0; index < refusals.length; index += 6) {
			const message = refusals.slice(index, index + 6).join(' | ');
			tamper = (_operation, answer) => ({
				...answer,
				status: 403,
				type: 'text/xml',
				body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${inXml(message)}</Message></Error><RequestId>${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}</RequestId></ErrorResponse>`,
			});
			const result = await run(['ls']);
			bothAreHarmless(result);
			drivesNoCi(result.stderr.replaceAll('##', ''));
			expect(result.code).toBe(1);
			expect(result.stderr.length).toBeLessThan(8000);
		}
	});

	test('T2 a page of HTML is replaced by its status and length', async () => {
		const page = `<html><head><title>502</title></head><body>${'<p>proxy says no</p>'.repeat(4000)}</body></html>`;
		tamper = () => ({status: 502, type: 'text/html', body: page});
		for (const args of [['ls'], ['show', 'web-prod'], ['hold', 'web-prod', '--for', '1m']]) {
			const result = await run(args);
			bothAreHarmless(result);
			expect(result.stderr.length).toBeLessThan(4000);
			expect(result.stderr).not.toContain('<p>');
			expect(result.code).not.toBe(0);
		}
	});
});
