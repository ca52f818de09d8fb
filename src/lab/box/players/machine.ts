/** Disk, memory, sockets and names of a lab box. */
import {diskOf, listenersOf, memoryOf} from '../box-world.ts';
import type {Player} from './player.ts';
import {refuse} from './small.ts';

export const df: Player = async call => {
	const flags = call.args.filter(arg => arg.startsWith('-'));
	if (!flags.every(flag => /^-(Pk|kP|P|k|h)$/.test(flag))) return refuse('df')(call);
	const {totalKib, usedKib} = diskOf(call.box);
	const freeKib = Math.max(0, totalKib - usedKib);
	const size = (kib: number) => (flags.includes('-h') ? `${(kib / 1024 ** 2).toFixed(1)}G` : String(kib));
	const row = [size(totalKib), size(usedKib), size(freeKib)].map(text => text.padStart(10)).join(' ');
	const head = `Filesystem     ${flags.includes('-h') ? 'Size       Used      Avail Use%' : '1024-blocks       Used  Available Capacity'} Mounted on\n`;
	const operands = Math.max(1, call.args.length - flags.length);
	const percent = `${Math.round((usedKib / totalKib) * 100)}%`;
	await call.io.write(head + `/dev/nvme0n1p1 ${row} ${percent.padStart(8)} /\n`.repeat(operands));
	return 0;
};

export const free: Player = async call => {
	const [unit = '-k', ...more] = call.args;
	const divisor = {'-k': 1, '-m': 1024}[unit];
	if (divisor === undefined || more.length > 0) return refuse('free')(call);
	const {totalKib, freeKib} = memoryOf(call.box);
	const cells = [totalKib, totalKib - freeKib, freeKib * 0.4, 812, freeKib * 0.6, freeKib].map(kib =>
		String(Math.round(kib / divisor)).padStart(12),
	);
	await call.io.write(
		`               total        used        free      shared  buff/cache   available\nMem:${cells.join('').padStart(76)}\nSwap:${'0'.padStart(15)}${'0'.padStart(12)}${'0'.padStart(12)}\n`,
	);
	return 0;
};

export const ss: Player = async call => {
	if (!/^-[lnt]{3}$/.test(call.args.join(' '))) return refuse('ss')(call);
	const rows = listenersOf(call.box).map(({address, port}) =>
		`LISTEN 0      128    ${`${address}:${port}`.padStart(20)}      0.0.0.0:*`.concat('\n'),
	);
	await call.io.write(`State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n${rows.join('')}`);
	return 0;
};

/** Names of AWS resolve; there is nothing else to be found. */
export const getent: Player = async call => {
	const [database, name = '', ...more] = call.args;
	if (database !== 'hosts' || more.length > 0) return refuse('getent')(call);
	if (!/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(name)) return 2;
	await call.io.write(['52.218.21.50', '52.92.17.106'].map(address => `${address}    ${name}\n`).join(''));
	return 0;
};
