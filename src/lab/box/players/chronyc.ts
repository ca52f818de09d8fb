/** `chronyc tracking`: how far the clock of a lab box is from its server. */
import {clockOffsetOf} from '../box-world.ts';
import type {Player} from './player.ts';
import {refuse, wallClock} from './small.ts';

export const chronyc: Player = async call => {
	if (call.args.filter(arg => arg !== '-n').join(' ') !== 'tracking') return refuse('chronyc')(call);
	const offset = clockOffsetOf(call.box);
	const way = offset < 0 ? 'slow' : 'fast';
	const size = Math.abs(offset).toFixed(9);
	await call.io.write(
		[
			'Reference ID    : A9FEA97B (169.254.169.123)',
			'Stratum         : 4',
			`Ref time (UTC)  : ${new Date(wallClock(call.box) - 64_000).toUTCString().replace(',', '').replace(' GMT', '')}`,
			`System time     : ${size} seconds ${way} of NTP time`,
			`Last offset     : ${offset < 0 ? '-' : '+'}${size} seconds`,
			'Leap status     : Normal',
			'',
		].join('\n'),
	);
	return 0;
};
