/** Every program that a box plays itself. Others are real (sh, gzip, base64, …) or not there. */

import {aws} from './aws.ts';
import {chronyc} from './chronyc.ts';
import {curl} from './curl.ts';
import {filePlayers} from './files.ts';
import {journalctl} from './journalctl.ts';
import {jq} from './jq.ts';
import {df, free, getent, ss} from './machine.ts';
import type {Player} from './player.ts';
import {date, hostname, id, uname, uptime, whoami} from './small.ts';
import {systemctl} from './systemctl.ts';

export const players: ReadonlyMap<string, Player> = new Map([
	['journalctl', journalctl],
	['systemctl', systemctl],
	['curl', curl],
	['aws', aws],
	['chronyc', chronyc],
	['df', df],
	['free', free],
	['getent', getent],
	['jq', jq],
	['ss', ss],
	['date', date],
	['id', id],
	['whoami', whoami],
	['uname', uname],
	['hostname', hostname],
	['uptime', uptime],
	...[...filePlayers].map(([name, player]) => [`lab-${name}`, player] as const),
]);
