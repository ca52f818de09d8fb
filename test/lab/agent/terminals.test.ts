/** Sessions on a pseudo terminal, as the lab's agent runs them, over our own channel. */
import {expect, onTestFinished, test} from 'vitest';
import type {KeyProvider} from '../../../src/channel/encryption.ts';
import {type BoxesOptions, createBoxes, loadRecordings} from '../../../src/lab/boxes.ts';
import {createFakeWorld} from '../box/fake-world.ts';
import {openTerminal, runOverChannel, serveChannels} from './loopback.ts';

const open = async (options: BoxesOptions = {}) => {
	const world = createFakeWorld();
	const boxes = await createBoxes(world, options);
	const server = await serveChannels(boxes);
	const recording = loadRecordings().get('S05-s3-access-denied');
	if (recording === undefined) throw new Error('no recording');
	const {instanceId} = world.add(recording, {poweredOnAt: world.clock.now() - 130_000});
	onTestFinished(async () => {
		await boxes.close();
		world.clock.close();
		await server.close();
	});
	return {world, boxes, base: server.base, instanceId};
};

const patience = {timeout: 30_000};
/** The command line echoes what it is given: answers are looked for in a form that was not typed. */
const says = (answer: string) => `printf '%s\\n' ${[...answer].map(letter => `'${letter}'`).join('')}\r`;

test('a shell on a terminal: prompt, size, job control by ctrl-z and ctrl-c, and an end by exit', async () => {
	const {boxes, base, instanceId} = await open();
	const shell = await openTerminal(boxes, base, {instanceId, command: null});
	shell.channel.resize({columns: 91, rows: 17});
	await expect.poll(shell.screen, patience).toContain('$ ');
	await expect
		.poll(async () => {
			shell.type('stty size\r');
			await new Promise(resolve => setTimeout(resolve, 300));
			return shell.screen();
		}, patience)
		.toContain('17 91\r\n');
	shell.type('sleep 100\r');
	await expect.poll(shell.screen, patience).toContain('sleep 100\r\n');
	shell.type('\x1a');
	await expect.poll(shell.screen, patience).toMatch(/Stopped +sleep 100/);
	shell.type('fg\r');
	await expect.poll(shell.screen, patience).toContain('fg\r\nsleep 100');
	shell.type('\x03');
	shell.type(says('back again'));
	await expect.poll(shell.screen, patience).toContain('back again\r\n');
	shell.type('exit 3\r');
	expect(await shell.channel.ended).toEqual({kind: 'closed', output: ''});
	expect(shell.screen().endsWith('exit 3\r\n')).toBe(true);
});

test('an interactive command runs in sh on a terminal, both streams together', async () => {
	const {boxes, base, instanceId} = await open();
	const session = await openTerminal(boxes, base, {
		instanceId,
		command: 'echo out; echo err >&2; tty >/dev/null && test -t 1 && echo on a terminal',
	});
	expect(await session.channel.ended).toEqual({kind: 'closed', output: ''});
	expect(session.screen()).toBe('out\r\nerr\r\non a terminal\r\n');
});

test('input before the first word of a session without a handshake is kept, and a size too', async () => {
	const {boxes, base, instanceId} = await open();
	const session = await openTerminal(boxes, base, {
		instanceId,
		command: 'stty -echo; read line; echo "got $line"',
	});
	session.type('early\r');
	expect(session.isReady()).toBe(false);
	expect(await session.channel.ended).toEqual({kind: 'closed', output: ''});
	expect(session.screen()).toContain('got early\r\n');
}, 30_000);

test('a shell survives lost links, lost and doubled frames, with every line once and in order', async () => {
	const {world, boxes, base, instanceId} = await open();
	world.faults.push(
		{kind: 'drop', share: 0.03},
		{kind: 'duplicate', share: 0.03},
		{kind: 'reorder', share: 0.03},
	);
	const shell = await openTerminal(boxes, base, {instanceId, command: null});
	await expect.poll(shell.screen, patience).toContain('$ ');
	shell.type(
		'stty -echo -onlcr; PS1=; i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo line $i; done; echo the"-"end\r',
	);
	for (const id of ['one', 'two', 'three']) {
		const before = shell.news.filter(({kind}) => kind === 'resumed').length;
		world.faults.push({kind: 'disconnect', ms: 100, id});
		await expect
			.poll(() => shell.news.filter(({kind}) => kind === 'resumed').length, patience)
			.toBe(before + 1);
	}
	world.faults.push({kind: 'pause', ms: 300, id: 'pause'});
	await expect.poll(shell.screen, patience).toContain('the-end');
	const lines = shell.screen().match(/^line \d+$/gm);
	expect(lines).toEqual(Array.from({length: 4000}, (_, index) => `line ${index + 1}`));
	expect(shell.news.map(({kind}) => kind)).toEqual(
		Array.from({length: 3}, () => ['dropped', 'resumed']).flat(),
	);
	boxes.terminateSession(shell.sessionId);
	expect(await shell.channel.ended).toEqual({kind: 'closed', output: ''});
}, 60_000);

test('a session that is gone when the link comes back ends as expired', async () => {
	const {boxes, base, instanceId} = await open();
	const shell = await openTerminal({...boxes, resumeSession: () => null}, base, {instanceId, command: null});
	await expect.poll(shell.screen, patience).toContain('$ ');
	// Another client takes the session over: our socket is closed by the service.
	const ticket = boxes.resumeSession(shell.sessionId, base);
	const other = await (await import('../../../src/channel/open-channel.ts')).openChannel({
		ticket: ticket ?? {sessionId: '', streamUrl: '', token: ''},
		targetId: instanceId,
		signUpgrade: async () => ({}),
		processClock: (await import('../../../src/base/clock-process.ts')).createProcessClock(),
		wallNow: Date.now,
		handlers: {stdout: () => undefined, stderr: () => undefined},
	});
	expect(await shell.channel.ended).toEqual({kind: 'expired'});
	other.leave();
});

test.each([
	['with the random challenge', true],
	['without it', false],
])('a session encrypted with KMS, %s: input, output, errors and exit code', async (_name, hasChallenge) => {
	const keyId = 'arn:aws:kms:eu-west-1:111122223333:key/abc';
	const {boxes, base, instanceId} = await open({sessionKey: keyId});
	const contexts: Readonly<Record<string, string>>[] = [];
	const provider: KeyProvider = async ({keyId: id, numberOfBytes, encryptionContext}) => {
		contexts.push(encryptionContext);
		return boxes.dataKey(id, numberOfBytes, encryptionContext);
	};
	const keys = {provider, home: {partition: 'aws', region: 'eu-west-1', accountId: '111122223333'}};
	const shell = await openTerminal(boxes, base, {
		instanceId,
		command: null,
		keys,
		acknowledgeChallenge: hasChallenge,
	});
	shell.type(says('under cover'));
	await expect.poll(shell.screen, patience).toContain('under cover\r\n');
	expect(shell.notices).toEqual(['This session is encrypted using AWS KMS.']);
	expect(Object.keys(contexts[0] ?? {})).toEqual([
		'aws:ssm:SessionId',
		'aws:ssm:TargetId',
		...(hasChallenge ? ['aws:ssm:RandomChallenge'] : []),
	]);
	shell.channel.leave();
	const command = await runOverChannel(boxes, base, {
		instanceId,
		command: "sh -c 'echo out; echo err >&2; exit 5'",
		keys,
	});
	expect(await command.ended).toEqual({kind: 'closed', output: ''});
	expect([command.stdout(), command.stderr(), command.exitCode()]).toEqual(['out\n', 'err\n', 5]);
});

test('X5 a session that demands a key of a stranger fails by itself, without a call to KMS', async () => {
	const {boxes, base, instanceId} = await open({sessionKey: 'arn:aws:kms:eu-west-1:999999999999:key/abc'});
	let calls = 0;
	const provider: KeyProvider = async () => {
		calls += 1;
		throw new Error('never');
	};
	const home = {partition: 'aws', region: 'eu-west-1', accountId: '111122223333'};
	const shell = await openTerminal(boxes, base, {instanceId, command: null, keys: {provider, home}});
	expect(await shell.channel.ended).toEqual({
		kind: 'failed',
		why: 'The agent named a KMS key of another account or region',
	});
	expect(calls).toBe(0);
});

test('a box without namespaces has a small prompt of its own that reaches no shell of this machine', async () => {
	const {boxes, base, instanceId} = await open({sandbox: 'reader'});
	const shell = await openTerminal(boxes, base, {instanceId, command: null});
	await expect.poll(shell.screen, patience).toMatch(/small prompt[\s\S]*\$ $/);
	shell.type('echo he\x7f\x7fhello | sed s/hello/good-bye/\r');
	await expect.poll(shell.screen, patience).toContain('\r\ngood-bye\r\n$ ');
	shell.type('node -e 1; cat /etc/passwd\r');
	await expect.poll(shell.screen, patience).toMatch(/sh: [\s\S]*\$ $/);
	expect(shell.screen()).toContain('sh: node: not found');
	expect(shell.screen()).not.toContain('daemon:');
	shell.type('\x04');
	expect(await shell.channel.ended).toEqual({kind: 'closed', output: ''});
});

test('Run Command gives output and errors when the script has ended, cut at 24,000 and 8,000 characters', async () => {
	const {boxes, instanceId} = await open();
	const send = (commands: readonly string[]) => boxes.sendCommand({instanceIds: [instanceId], commands});
	const end = async (commandId: string) => {
		await expect
			.poll(() => boxes.commandInvocation(commandId, instanceId)?.endedAt ?? null, patience)
			.not.toBeNull();
		return boxes.commandInvocation(commandId, instanceId);
	};
	const first = send(['echo out', 'echo err >&2', 'exit 4']);
	expect(boxes.commandInvocation(first, instanceId)).toBeNull();
	expect(await end(first)).toMatchObject({
		status: 'Failed',
		responseCode: 4,
		stdout: 'out\n',
		stderr: 'err\n',
	});
	const long = await end(send(['i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo 12345678; done']));
	expect([long?.status, long?.stdout.length]).toEqual(['Success', 24_000]);
	expect(long?.stdout.endsWith('---Output truncated---')).toBe(true);
	const slow = send(['echo begun; sleep 60']);
	await expect.poll(() => boxes.commandInvocation(slow, instanceId)?.status, patience).toBe('InProgress');
	boxes.cancelCommand(slow);
	expect(await end(slow)).toMatchObject({status: 'Cancelled'});
});
