// Start-up and listing, from spawn until the text stands on the pty or the process has ended.
import {spawnSync} from 'node:child_process';
import {openScreen} from '../../scripts/program-screen.js';
import {median, openLab, program, row} from './lab.js';

const runs = 9;

const paint = async (environment, args, found) => {
	const times = [];
	for (let run = 0; run <= runs; run++) {
		const start = performance.now();
		const screen = openScreen({
			file: process.execPath,
			args,
			columns: 100,
			rows: 30,
			environment,
			folder: process.cwd(),
		});
		await screen.until(found, {seconds: 20});
		if (run > 0) times.push(performance.now() - start);
		screen.kill('SIGKILL');
		await screen.ended();
	}
	return Math.round(median(times));
};

const whole = (environment, args) => {
	const times = [];
	for (let run = 0; run <= runs; run++) {
		const start = performance.now();
		const {status, stderr} = spawnSync(process.execPath, args, {
			env: environment,
			encoding: 'utf8',
			maxBuffer: 1 << 26,
		});
		if (status !== 0) throw new Error(stderr);
		if (run > 0) times.push(performance.now() - start);
	}
	return Math.round(median(times));
};

const lab = await openLab('--seed', '7');
try {
	const bare = await paint(lab.environment, ['-e', 'console.log("a line")'], /a line/);
	const first = await paint(lab.environment, [program], /unflap/);
	row(
		'start to first paint of the TUI',
		`${first} ms, ${(first / bare).toFixed(1)}x bare node`,
		'130 ms or less, 5x bare node or less',
		`node printing a line: ${bare} ms`,
	);
	const list = await paint(lab.environment, [program], /web-prod/);
	row('start to first list of groups on screen', `${list} ms`, '250 ms or less');
	const ls = whole(lab.environment, [program, 'ls', '-o', 'json']);
	row('ls -o json, 6 groups, whole process', `${ls} ms`, '180 ms or less', 'AWS CLI on moto: 540 to 690 ms');
} finally {
	lab.stop();
}

const large = await openLab('--seed', '7', '--groups', '500', '--instances', '10');
try {
	const useful = await paint(large.environment, [program], /▲ FLAPS/);
	row('start to the worst groups on screen, 500 groups of 10', `${useful} ms`, '1000 ms or less');
	const ls = whole(large.environment, [program, 'ls', '-o', 'json']);
	row(
		'ls -o json, 500 groups of 10',
		`${ls} ms`,
		'not slower than a bare SDK script',
		'AWS CLI 2.55 s, bare script 1.75 s on moto',
	);
} finally {
	large.stop();
}
