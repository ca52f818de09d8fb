/**
 * P5 and P6 in real pid namespaces: a state folder that two of them share, and a pid that came to belong to a stranger.
 * Root enters a namespace, everybody else by way of a user namespace; where neither is allowed (some containers), the
 * entry is given the namespace of somebody else by hand.
 */
import {execFile, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {beforeEach, expect, onTestFinished, test, vi} from 'vitest';
import {killPid} from '../hold/processes/program-copy.ts';
import {door, environmentOf, makeHome} from '../run-program.ts';
import {isGivenBack, startHold, suspendedOf} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'web-prod';
const unshare = ['-p', '--fork', '--mount-proc', '--kill-child'];
const enters = [unshare, ['-r', ...unshare]].find(
	flags => spawnSync('unshare', [...flags, 'true'], {stdio: 'ignore'}).status === 0,
);

let lab: OpenLab;
beforeEach(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
	onTestFinished(() => lab.close());
});

const entryOf = async (home: string) => {
	const folder = join(home, '.local/state/unflap/ledger');
	const name = (await readdir(folder)).find(file => file.endsWith('.json')) ?? '';
	return {path: join(folder, name), text: await readFile(join(folder, name), 'utf8')};
};

/** In a pid namespace of its own, where it sees nobody of ours. */
const inNamespace = async (words: readonly string[], home: string) => {
	if (enters === undefined) throw new Error('no namespace here');
	return promisify(execFile)('unshare', [...enters, ...words], {env: environmentOf(home, lab.env)}).then(
		({stdout}) => ({code: 0, stdout}),
		(error: {code?: number; stdout?: string}) => ({code: error.code ?? -1, stdout: error.stdout ?? ''}),
	);
};

test('P5 a live hold is left alone by a program in another pid namespace with the same state folder', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	await hold.event('held');
	const args = ['release', '--all', '-o', 'json'];
	if (enters === undefined) {
		const {path, text} = await entryOf(hold.home);
		await writeFile(path, text.replace(/pid:\[(\d+)\]/, 'pid:[1]'));
	}
	const release =
		enters === undefined
			? await lab.run(args, {home: hold.home})
			: await inNamespace([process.execPath, door, ...args], hold.home);
	expect(release.stdout).toMatch(/"reported"/);
	expect(release.stdout).toMatch(/another machine, boot or container/);
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	expect(hold.child.exitCode).toBeNull();
	hold.child.kill('SIGTERM');
	expect((await hold.exit).code).toBe(143);
	await isGivenBack(lab, group, []);
}, 60_000);

/** Holds, dies with its guardian, and gives its pid to a sleep: then a start, and a look at the sleep. */
const recycle = `
"$NODE" "$DOOR" hold ${group} -o jsonl > held &
pid=$!
for i in $(seq 300); do grep -q '"held"' held && break; sleep 0.1; done
guardian=$(pgrep -f "[g]uardian.js" | head -1)
kill -STOP $pid; kill -KILL $guardian; kill -KILL $pid; wait $pid 2>/dev/null
for i in $(seq 70000); do
	if [ $i = 1 ] && echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid 2>/dev/null; then :; fi
	sleep 300 & stranger=$!
	[ $stranger = $pid ] && break
	kill -KILL $stranger
done
echo "recycled $stranger of $pid"
"$NODE" "$DOOR" release --all -o json
kill -0 $stranger && echo "stranger lives"
kill -KILL $stranger
`;

test('P6 an entry whose pid belongs to a stranger by now is finished, and the stranger gets no signal', async () => {
	const {home, forget} = await makeHome();
	onTestFinished(forget);
	const words = ['sh', '-c', recycle];
	const [file, args] =
		enters === undefined ? ['sh', words.slice(1)] : (['unshare', [...enters, ...words]] as const);
	const child = spawn(file, args, {
		cwd: home,
		stdio: ['ignore', 'pipe', 'inherit'],
		env: environmentOf(home, {...lab.env, NODE: process.execPath, DOOR: door}),
	});
	onTestFinished(() => {
		if (child.exitCode === null && child.pid !== undefined) killPid(child.pid, 'SIGKILL');
	});
	let output = '';
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});
	await once(child, 'exit');
	expect(output).toMatch(/recycled (\d+) of \1/);
	expect(output).toMatch(/"finished"/);
	expect(output).toMatch(/stranger lives/);
	await vi.waitFor(async () => expect(await suspendedOf(lab, group)).toEqual([]));
}, 120_000);
