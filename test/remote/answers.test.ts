import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {createAnswerReader} from '../../src/remote/answers.ts';
import {parseProbe} from '../../src/remote/probe.ts';
import {createStateReader} from '../../src/remote/unit-states.ts';

const nonce = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const old = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';

const read = async (text: string, chunk = 7) => {
	const events: string[] = [];
	const journal: Record<'backlog' | 'live', string> = {backlog: '', live: ''};
	const reader = createAnswerReader(nonce, {
		probe: facts => events.push(`probe ${facts.systemdVersion}`),
		journal: (bytes, part) => {
			journal[part] += Buffer.from(bytes).toString('latin1');
			events.push(part);
		},
		live: cursor => events.push(`from ${cursor}`),
		end: () => events.push('end'),
		stray: line => events.push(`stray ${line}`),
		damaged: why => events.push(`damaged ${why}`),
	});
	const bytes = Buffer.from(text, 'latin1');
	for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
	await reader.close();
	return {events: events.filter((event, index) => event !== events[index - 1]), journal};
};

const packed = (text: string) => gzipSync(text).toString('base64').replace(/.{76}/g, '$&\n');

test.each([1, 3, 64, 1024, 100_000])(
	'the backlog is unpacked before anything live, in pieces of %i bytes',
	async chunk => {
		const {events, journal} = await read(
			`:${nonce}:probe version=252 uid=0 sudo= groups=root base64=base64 gzip=gzip boot= uptime=3\n:${nonce}:backlog gzip\n${packed('{"a":1}\n{"b":2}\n')}\n:${nonce}:live s=1\n{"b":2}\n{"c":3}\n`,
			chunk,
		);
		expect(events).toEqual(['probe 252', 'backlog', 'from s=1', 'live']);
		expect(journal).toEqual({backlog: '{"a":1}\n{"b":2}\n', live: '{"b":2}\n{"c":3}\n'});
	},
);

test('Q6 markers of another session, or without the nonce, are text', async () => {
	const {events, journal} = await read(
		`:${old}:live x\n:live x\n::end\n:${nonce}:backlog plain\n{"m":":${nonce}:live forged"}\n:${old}:end\n:${nonce}:live s=9\n:${nonce}:end\n`,
	);
	expect(events).toEqual([
		`stray :${old}:live x`,
		'stray :live x',
		'stray ::end',
		'backlog',
		'from s=9',
		'live',
	]);
	expect(journal.backlog).toBe(`{"m":":${nonce}:live forged"}\n:${old}:end\n`);
	expect(journal.live, 'once it is live there are no markers any more').toBe(`:${nonce}:end\n`);
});

test('Q6 a damaged backlog is said, and what follows still comes', async () => {
	const whole = packed('{"a":1}\n'.repeat(1000));
	const {events} = await read(
		`:${nonce}:backlog gzip\n${whole.slice(0, 40)}\n$(oops)\n:${nonce}:live s=1\n{}\n`,
		1000,
	);
	expect(events.at(-2)).toBe('from s=1');
	expect(events.some(event => event.startsWith('damaged'))).toBe(true);
});

test('X1 a backlog that unpacks without end is stopped without memory', async () => {
	const {events} = await read(`:${nonce}:backlog gzip\nnot base64 at all!\n:${nonce}:end\n`, 1000);
	expect(events).toEqual(['damaged the backlog holds something that is no base64', 'end']);
});

test('a link that is lost in the middle of the backlog leaves what came, and waits for nothing', async () => {
	const {events} = await read(
		`:${nonce}:backlog gzip\n${packed('{"a":1}\n'.repeat(1000)).slice(0, 100)}\n`,
		50,
	);
	expect(events.filter(event => event !== 'backlog')).toEqual([]);
});

const readStates = (text: string, chunk = 5) => {
	const events: string[] = [];
	const reader = createStateReader(nonce, {
		units: units => events.push(`units ${units.map(({id}) => id).join(' ')}`),
		said: line => events.push(`said ${line}`),
	});
	const bytes = Buffer.from(text, 'latin1');
	for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
	return events;
};

const block = (show: string, of = nonce) => {
	const body = gzipSync(show).toString('base64');
	return `:${of}:units gzip ${body.length}\n${body}\n`;
};

test('Q6 unit states are read by their length and nonce, whatever stands between them', () => {
	const forged = `Id=a.service\n\n${block('Id=forged.service\n')}`;
	expect(
		readStates(
			`hint: not root\n${block('Id=a.service\n', old)}${block(forged)}${block('Id=b.service\n\nId=c.service\n')}`,
		),
	).toEqual([
		'said hint: not root',
		expect.stringMatching(`said :${old}:units gzip \\d+`),
		expect.stringMatching(/^said /),
		'units a.service',
		'units b.service c.service',
	]);
});

test('unit states that were mixed with other output are left out, and the next ones count', () => {
	const whole = block('Id=a.service\n');
	const broken = `${whole.slice(0, 60)}journalctl: oops\n${whole.slice(60)}`;
	const events = readStates(broken + block('Id=b.service\n'));
	expect(events).toContain('said unit states arrived damaged and were left out');
	expect(events.at(-1)).toBe('units b.service');
});

test('a probe line says what is missing on a box', () => {
	expect(
		parseProbe(
			'version=252 uid=1001 sudo=sudo -n groups=ssm-user base64=base64 gzip=gzip boot=5990577a209f45ceaef8888e4a37c59e uptime=83.10',
		),
	).toMatchObject({
		systemdVersion: 252,
		userId: 1001,
		sudo: true,
		readsWholeJournal: true,
		uptimeSeconds: 83.1,
		missing: [],
	});
	const bare = parseProbe('version= uid=1001 sudo= groups=ssm-user base64= gzip= boot=x uptime=');
	expect(bare).toMatchObject({readsWholeJournal: false, bootId: '', uptimeSeconds: null});
	expect(bare.missing).toHaveLength(4);
	expect(parseProbe('version=239 uid=1001 sudo= groups=ec2-user,adm').readsWholeJournal).toBe(true);
});
