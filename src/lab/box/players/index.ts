/** Every program that a box plays itself. Others are real (sh, gzip, base64, …) or not there. */
import {journalctl} from './journalctl.ts';
import type {Player} from './player.ts';
import {curl, date, hostname, id, uname, uptime, whoami} from './small.ts';
import {systemctl} from './systemctl.ts';

export const players: ReadonlyMap<string, Player> = new Map([
	['journalctl', journalctl],
	['systemctl', systemctl],
	['curl', curl],
	['date', date],
	['id', id],
	['whoami', whoami],
	['uname', uname],
	['hostname', hostname],
	['uptime', uptime],
]);
