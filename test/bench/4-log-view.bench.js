// The log view while a recorded flood plays on a box at about 10,000 lines a second: key to paint, and CPU of the program.
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {openScreen, wait} from '../../scripts/program-screen.js';
import {openLab, program, row} from './lab.js';

const shared = process.env.UNFLAP_SHARED ?? join(dirname(fileURLToPath(import.meta.url)), '../../../shared');
const flood = join(shared, 'fixtures/boots/S10-noisy');
if (!existsSync(flood)) throw new Error(`the recorded flood is not at ${flood}`);

const lab = await openLab('--scenario', flood, '--seed', '7', '--speed', '2');
const control = async (method, path, body) => {
	const answer = await fetch(new URL(path, lab.line.control.endpoint), {
		method,
		headers: {authorization: `Bearer ${lab.line.control.token}`, 'content-type': 'application/json'},
		...(body ? {body: JSON.stringify(body)} : {}),
	});
	return answer.json();
};
const screen = openScreen({
	file: process.execPath,
	args: [program],
	columns: 120,
	rows: 40,
	environment: lab.environment,
	folder: process.cwd(),
});
const cpuSeconds = () => {
	const fields = readFileSync(`/proc/${screen.pid}/stat`, 'utf8').split(') ')[1].split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
};
const rate = () => Number(/(\d[\d,]*) lines\/s/.exec(screen.text())?.[1]?.replaceAll(',', '') ?? 0);
const hasDensity = () => screen.text().includes('─ density ─');

try {
	await screen.until(/▸ /);
	await screen.press('\r');
	await screen.until(/Instances \d+ of/);
	const {groups} = await control('GET', '/state');
	for (const {instanceId} of groups[0].instances) await control('POST', '/terminate', {instance: instanceId});
	await screen.press('4');
	await screen.until(() => rate() > 5000, {seconds: 150, what: 'the flood'});
	const rates = [];
	const paints = [];
	const cpu = cpuSeconds();
	const start = performance.now();
	while (performance.now() - start < 10_000 && rate() > 2000) {
		rates.push(rate());
		const before = hasDensity();
		const pressed = performance.now();
		screen.write('i');
		while (hasDensity() === before && performance.now() - pressed < 2000) await new Promise(setImmediate);
		paints.push(performance.now() - pressed);
		await wait(80);
	}
	const seconds = (performance.now() - start) / 1000;
	const share = ((cpuSeconds() - cpu) / seconds) * 100;
	paints.sort((a, b) => a - b);
	const at = part => paints[Math.floor(paints.length * part)].toFixed(0);
	const lost = /(\d+) lost/.exec(screen.text())?.[1];
	row(
		`log view, 120x40, ${Math.round(rates.reduce((sum, one) => sum + one, 0) / rates.length).toLocaleString('en-US')} lines/s`,
		`key to paint p50 ${at(0.5)} ms, p95 ${at(0.95)} ms; ${share.toFixed(0)} % of a core; ${lost} lost`,
		'p95 40 ms or less; 25 % of a core or less; 0 lost',
		'Ink 8 measured limit 37 ms / 25 %',
	);
} finally {
	screen.kill('SIGTERM');
	await screen.ended(20);
	lab.stop();
}
