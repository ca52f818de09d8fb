/** The small programs of a box: who and when it is. */
import type {PlayedBox} from '../played-box.ts';
import type {Player} from './player.ts';

export const refuse =
	(program: string): Player =>
	({args, io}) => {
		io.complain(`${program}: '${args.join(' ')}' is not played on this lab box\n`);
		return 1;
	};

const fixed =
	(program: string, answers: (box: PlayedBox, isRoot: boolean) => Readonly<Record<string, string>>): Player =>
	async call => {
		const known = answers(call.box, call.isRoot);
		const asked = call.args.join(' ');
		if (!Object.hasOwn(known, asked)) return refuse(program)(call);
		await call.io.write(`${known[asked]}\n`);
		return 0;
	};

export const id = fixed('id', (_box, isRoot) =>
	isRoot
		? {
				'': 'uid=0(root) gid=0(root) groups=0(root)',
				'-u': '0',
				'-un': 'root',
				'-g': '0',
				'-Gn': 'root',
				'-G': '0',
			}
		: {
				'': 'uid=1001(ssm-user) gid=1001(ssm-user) groups=1001(ssm-user)',
				'-u': '1001',
				'-un': 'ssm-user',
				'-g': '1001',
				'-Gn': 'ssm-user',
				'-G': '1001',
			},
);

export const whoami = fixed('whoami', (_box, isRoot) => ({'': isRoot ? 'root' : 'ssm-user'}));

const kernel = '6.1.0-56-cloud-amd64';
const build = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)';
export const uname = fixed('uname', box => ({
	'': 'Linux',
	'-s': 'Linux',
	'-r': kernel,
	'-m': 'x86_64',
	'-n': box.hostname,
	'-sr': `Linux ${kernel}`,
	'-a': `Linux ${box.hostname} ${kernel} ${build} x86_64 GNU/Linux`,
}));

export const hostname = fixed('hostname', box => ({
	'': box.hostname,
	'-s': box.hostname,
	'-I': box.instance.privateIp,
	'-i': box.instance.privateIp,
}));

export const uptime = fixed('uptime', box => {
	const minutes = Math.floor(box.uptimeSeconds() / 60);
	const time = new Date(box.clock.now()).toISOString().slice(11, 19);
	return {'': ` ${time} up ${minutes} min,  0 users,  load average: 0.70, 0.40, 0.20`};
});

/** `date`, `date -u`, `date +FORMAT` in UTC, at lab time. */
export const date: Player = async call => {
	const rest = call.args.filter(arg => arg !== '-u');
	const [format = '+%a %b %e %H:%M:%S UTC %Y'] = rest;
	if (rest.length > 1 || !(format.startsWith('+') || format === '-Is')) return refuse('date')(call);
	await call.io.write(
		`${strftime(format === '-Is' ? '%Y-%m-%dT%H:%M:%S+00:00' : format.slice(1), wallClock(call.box))}\n`,
	);
	return 0;
};

/** What the box takes for the time. */
export const wallClock = ({clock, instance}: PlayedBox): number =>
	clock.now() + (instance.recording.clockOffsetSeconds ?? 0) * 1000;

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const strftime = (format: string, now: number): string => {
	const at = new Date(now);
	const iso = at.toISOString();
	const parts: Readonly<Record<string, string>> = {
		a: days[at.getUTCDay()] ?? '',
		b: months[at.getUTCMonth()] ?? '',
		Y: iso.slice(0, 4),
		m: iso.slice(5, 7),
		d: iso.slice(8, 10),
		e: String(at.getUTCDate()).padStart(2),
		H: iso.slice(11, 13),
		M: iso.slice(14, 16),
		S: iso.slice(17, 19),
		N: `${iso.slice(20, 23)}000000`,
		F: iso.slice(0, 10),
		T: iso.slice(11, 19),
		s: String(Math.floor(now / 1000)),
		Z: 'UTC',
		z: '+0000',
		'%': '%',
	};
	return format.replace(/%([a-zA-Z%])/g, (found, letter: string) => parts[letter] ?? found);
};
