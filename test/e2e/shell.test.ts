/** `unflap shell` and `unflap run` as a person uses them: the built program on a pty, a box of the lab behind it. */
import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import {terminalReset} from '../../src/base/terminal-stream.ts';
import {type Lab, openLab, openScreen, pause, program, runProgram} from '../stories/harness.ts';

/** Eight programs may share two cores. */
const patience = {timeout: 20_000};
const box = 'batch/1';

/** A shell of the host around it, so that what is left behind in the terminal would show. */
const open = (lab: Lab, around: {readonly columns?: number; readonly rows?: number} = {}) => {
	const line = `echo "before $(stty -g)"; '${process.execPath}' '${program}' shell ${box}; echo "code=$?"; echo "after $(stty -g)"; echo the"-"end; timeout 1 cat; echo really" "over`;
	const screen = openScreen({
		file: '/bin/sh',
		args: ['-c', line],
		environment: lab.environment,
		columns: 120,
		...around,
	});
	const modes = () => /before (\S+)[\s\S]*after (\S+)/.exec(screen.bytes());
	/** After the program: the terminal as before, in the main screen, and nothing typed by anybody. */
	const isSane = async (code: number) => {
		await expect.poll(screen.bytes, patience).toContain('really over');
		expect(screen.bytes()).toContain(`code=${code}\r\n`);
		expect(modes()?.[2]).toBe(modes()?.[1]);
		expect(screen.bytes()).toContain(terminalReset);
		const after = screen.bytes().slice(screen.bytes().indexOf('the-end'));
		expect(after).toBe('the-end\r\nreally over\r\n');
		expect(screen.terminal.modes.mouseTrackingMode).toBe('none');
		expect(screen.terminal.buffer.active.type).toBe('normal');
		expect(screen.terminal.modes.bracketedPasteMode).toBe(false);
	};
	return {screen, isSane};
};

/** The sessions of shells and commands that were started, and those of them that were ended. */
const sessionsOf = async (lab: Lab) => {
	const requests = await lab.requests();
	const named = (operation: string) => requests.filter(request => request.operation === operation);
	return {
		started: named('StartSession').length,
		ended: named('TerminateSession').map(({params}) => String(params?.['SessionId'])),
	};
};

test('a shell: prompt, own size and resize, ctrl-c, ctrl-z, an end by exit; the terminal is as before', async () => {
	const lab = await openLab('--seed', '7');
	const {screen, isSane} = open(lab);
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	await screen.press('stty size\r');
	await expect.poll(screen.bytes, patience).toContain('30 120\r\n');
	screen.resize(90, 20);
	await expect
		.poll(async () => {
			await screen.press('stty size\r');
			await pause(300);
			return screen.bytes();
		}, patience)
		.toContain('20 90\r\n');
	await screen.press('sleep 90\r');
	await expect.poll(screen.bytes, patience).toContain('sleep 90\r\n');
	await screen.press('\u001a');
	await expect.poll(screen.bytes, patience).toMatch(/Stopped +sleep 90/);
	await screen.press('fg\r');
	await expect.poll(screen.bytes, patience).toMatch(/fg\r\nsleep 90/);
	await screen.press('\u0003', '~?');
	await expect.poll(screen.bytes, patience).toContain('~. leaves this shell');
	await screen.press('\r', 'exit\r');
	await isSane(0);
	expect((await sessionsOf(lab)).ended.length).toBe(1);
});

test('T5 modes that a program left on are off again, and its text for the clipboard reaches no terminal', async () => {
	const lab = await openLab('--seed', '7');
	const {screen, isSane} = open(lab);
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	const nasty = String.raw`printf '\033[?1049h\033[?1000h\033[?1006h\033[?2004h\033[?25l\033]0;mine\007\033]52;c;c2VjcmV0\007\033(0\033[5;10r'`;
	await screen.press(`${nasty}\r`);
	await pause(300);
	await screen.press('exit\r');
	await isSane(0);
	expect(screen.bytes()).not.toContain('\u001b]52;c;c2VjcmV0');
	expect((await lab.requests()).filter(({operation}) => operation === 'SuspendProcesses')).toEqual([]);
});

test('a dead link: it is said, what was typed waits, ~. leaves, and the terminal is as before', async () => {
	const lab = await openLab('--seed', '7');
	const {screen, isSane} = open(lab);
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	const [{instanceId}] = await boxesOf(lab, 'batch');
	await lab.control('POST', '/faults', {
		kind: 'error',
		operation: 'ResumeSession',
		code: 'InternalServerError',
		message: 'not now',
		status: 500,
	});
	await lab.control('POST', '/faults', {
		kind: 'channel',
		box: instanceId,
		fault: {kind: 'disconnect', ms: 60_000, id: 'dead'},
	});
	await expect.poll(screen.bytes, patience).toContain('link dropped');
	await screen.press('echo typed', '\r', '~.');
	await isSane(0);
});

test('a link that comes back: what was typed meanwhile runs, and nothing of the output is missing', async () => {
	const lab = await openLab('--seed', '7');
	const {screen} = open(lab);
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	await screen.press('i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "n"umber $i; sleep 0.1; done\r');
	await expect.poll(screen.bytes, patience).toContain('number 3\r\n');
	const [{instanceId}] = await boxesOf(lab, 'batch');
	await lab.control('POST', '/faults', {
		kind: 'channel',
		box: instanceId,
		fault: {kind: 'disconnect', ms: 800, id: 'drop'},
	});
	await screen.press('echo the la', 'st word\r');
	await expect.poll(screen.bytes, patience).toMatch(/number 40\r\n[\s\S]*the last word\r\n/);
	expect(screen.bytes().match(/number \d+(?=\r\n)/g)).toEqual(
		Array.from({length: 40}, (_, index) => `number ${index + 1}`),
	);
	await expect
		.poll(async () => (await lab.requests()).some(({operation}) => operation === 'ResumeSession'), patience)
		.toBe(true);
	await screen.press('exit\r');
	await screen.ended();
});

test('1 MB pasted into a shell arrives byte for byte', async () => {
	const lab = await openLab('--seed', '7');
	const {screen, isSane} = open(lab);
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	const paste = `${'0123456789abcdef'.repeat(64)}\r~.`.repeat(1000).slice(0, 1_000_000);
	await screen.press(`stty raw -echo; echo re"ad"y; head -c ${paste.length} | sha256sum; stty sane\r`);
	await expect.poll(screen.bytes, patience).toContain('ready');
	for (let start = 0; start < paste.length; start += 32_768) screen.write(paste.slice(start, start + 32_768));
	const sum = createHash('sha256').update(paste).digest('hex');
	await expect.poll(screen.bytes, {timeout: 90_000}).toContain(sum);
	await screen.press('\r', 'exit\r');
	await isSane(0);
}, 180_000);

test('a signal ends the shell, its session, and gives the terminal back', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({args: ['shell', box], environment: lab.environment});
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	screen.signal('SIGTERM');
	expect((await screen.ended()).exitCode).toBe(143);
	expect(screen.bytes()).toContain(terminalReset);
	expect((await sessionsOf(lab)).ended.length).toBe(1);
});

test('a session that a killed shell left is ended by the next start', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({args: ['shell', box], environment: lab.environment});
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	screen.signal('SIGKILL');
	await screen.ended();
	expect((await sessionsOf(lab)).ended).toEqual([]);
	const {stdout, code} = await runProgram(['run', box, '--', 'echo', 'next'], lab.environment);
	expect([stdout, code]).toEqual(['next\n', 0]);
	const {started, ended} = await sessionsOf(lab);
	expect([started, new Set(ended).size]).toEqual([2, 2]);
});

test('Q7 run keeps every word as it was given, streams apart, and exits with the code of the command', async () => {
	const lab = await openLab('--seed', '7');
	const words = ['a b', '$x', '*', "it's", '"q"', '-rf', '#', '\\', '~', '', 'ä 🚀'];
	const printed = await runProgram(['run', box, '--', 'printf', '%s\\n', ...words], lab.environment);
	expect(printed).toEqual({code: 0, stderr: '', stdout: words.map(word => `${word}\n`).join('')});
	const failed = await runProgram(
		['run', box, '--', 'sh', '-c', 'echo out; echo err >&2; exit 37'],
		lab.environment,
	);
	expect(failed).toEqual({code: 37, stdout: 'out\n', stderr: 'err\n'});
	const missing = await runProgram(['run', box, '--', 'no-such-program'], lab.environment);
	expect(missing).toMatchObject({code: 1, stdout: ''});
	expect(missing.stderr).toContain('executable file not found');
	const refused = await runProgram(['run', '--read-only', box, '--', 'id'], lab.environment);
	expect(refused).toMatchObject({code: 1, stdout: ''});
});

test('T5 run passes bytes exactly into a pipe, and only colours to a terminal', async () => {
	const lab = await openLab('--seed', '7');
	const script = String.raw`printf '\033[31mred\033[0m \033]52;c;c2VjcmV0\007\033[2J\033[?1000h end\n'`;
	const piped = await runProgram(['run', box, '--', 'sh', '-c', script], lab.environment);
	expect(piped.stdout).toBe('\u001b[31mred\u001b[0m \u001b]52;c;c2VjcmV0\u0007\u001b[2J\u001b[?1000h end\n');
	const screen = openScreen({args: ['run', box, '--', 'sh', '-c', script], environment: lab.environment});
	expect((await screen.ended(60)).exitCode).toBe(0);
	expect(screen.bytes()).toContain('\u001b[31mred\u001b[0m ··· end');
	expect(screen.bytes()).not.toMatch(/\u001b\[2J|\u001b\]52|\u001b\[\?1000h/);
});

const boxesOf = async (lab: Lab, group: string): Promise<[{instanceId: string}]> => {
	const {groups} = (await lab.control('GET', '/state')) as {
		groups: {name: string; instances: {instanceId: string}[]}[];
	};
	const {stdout} = await runProgram(['show', group, '-o', 'json'], lab.environment);
	const shown = JSON.parse(stdout) as {boxes?: {instanceId: string; number?: number}[]};
	const first = shown.boxes?.find(({number}) => number === 1)?.instanceId;
	const known = groups.find(({name}) => name === group)?.instances[0]?.instanceId ?? '';
	return [{instanceId: first ?? known}];
};

test('s on the group screen opens a shell on the box under the mark, and comes back to the same place', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment, args: ['batch']});
	await screen.sees(/Instances \d+ of/);
	await screen.press('s');
	await expect.poll(screen.bytes, patience).toMatch(/\$ $/);
	await screen.press('echo in the sh"ell"; printf "\\033[?1000h"\r');
	await screen.sees(/^in the shell/);
	await screen.press('exit\r');
	await screen.sees(/Instances \d+ of/);
	await screen.sees(/the shell on \S+ ended/);
	expect(screen.header()).toContain('batch');
	expect(screen.terminal.modes.mouseTrackingMode).toBe('none');
	await screen.press('?');
	await screen.sees(/Keys, this screen first/);
	await screen.press('\u001b', 'q', 'q');
	expect((await screen.ended()).exitCode).toBe(0);
	expect((await lab.requests()).some(({operation}) => operation === 'SuspendProcesses')).toBe(false);
});
