// npm run test:peers [-- --optional]: the program beside tmux, journalctl, the AWS CLI and Chromium. Fails where one is missing.
import {accessSync, constants} from 'node:fs';
import {delimiter, join} from 'node:path';
import {root, step, tools} from './run.js';

const onPath = name =>
	(process.env.PATH ?? '')
		.split(delimiter)
		.map(folder => join(folder, name))
		.find(path => {
			try {
				accessSync(path, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		});

// Debian's AWS CLI is the peer; another one earlier on PATH may be a shim of something else.
const found = {
	tmux: onPath('tmux'),
	journalctl: onPath('journalctl'),
	aws:
		process.env.UNFLAP_PEER_AWS ??
		['/usr/bin/aws'].find(path => {
			try {
				accessSync(path, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		}) ??
		onPath('aws'),
	chromium: process.env.UNFLAP_PEER_CHROMIUM ?? onPath('chromium'),
};
const missing = Object.entries(found)
	.filter(([, path]) => path === undefined)
	.map(([name]) => name);
if (missing.length > 0) {
	process.stdout.write(
		`test:peers needs ${missing.join(', ')}: on Debian, apt-get install tmux systemd awscli chromium\n`,
	);
	process.exit(1);
}
const optional = process.argv.includes('--optional');
step('build', join(root, 'scripts/build.js'), []);
step('peers', tools.vitest, ['run', '--config', 'vitest.peers.config.ts'], {
	UNFLAP_PEER_AWS: found.aws,
	UNFLAP_PEER_TMUX: found.tmux,
	UNFLAP_PEER_JOURNALCTL: found.journalctl,
	UNFLAP_PEER_CHROMIUM: found.chromium,
	...(optional ? {UNFLAP_PEERS_OPTIONAL: '1'} : {}),
});
