/** The small programs of a box: who and when it is, and the two addresses curl is used for. */
import type {PlayedBox} from '../played-box.ts';
import type {Player} from './player.ts';

const refuse =
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
		`${strftime(format === '-Is' ? '%Y-%m-%dT%H:%M:%S+00:00' : format.slice(1), call.box.clock.now())}\n`,
	);
	return 0;
};

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

/** curl to the app's own health check and to the metadata service; there is no other network. */
export const curl: Player = async call => {
	const {args, io, box} = call;
	const address = args.find(arg => /^(https?:\/\/|[a-z0-9.]+:\d+)/.test(arg)) ?? '';
	const isKnown = args.every(arg => arg === address || /^-(s|S|f|sS|sf|fsS|sSf|i|v)$/.test(arg));
	if (!isKnown || address === '') return refuse('curl')(call);
	const [, host = '', path = '/'] = /^(?:https?:\/\/)?([^/]+)(\/.*)?$/.exec(address) ?? [];
	const answer = answerOf(box, host, path);
	if (answer === null) {
		io.complain(`curl: (7) Failed to connect to ${host} after 0 ms: Couldn't connect to server\n`);
		return 7;
	}
	await io.write(answer);
	return 0;
};

const answerOf = (box: PlayedBox, host: string, path: string): string | null => {
	if (host === '169.254.169.254')
		return path === '/latest/meta-data/instance-id'
			? box.instance.instanceId
			: path === '/latest/meta-data/local-ipv4'
				? box.instance.privateIp
				: '404 - Not Found\n';
	const isApp =
		/^(localhost|127\.0\.0\.1|\[::1\]):8080$/.test(host) || host === `${box.instance.privateIp}:8080`;
	return isApp && box.appHealthy() ? 'ok\n' : null;
};
