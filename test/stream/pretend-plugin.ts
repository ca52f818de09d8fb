/**
 * session-manager-plugin as far as unflap calls it, on our own channel: `--version`, the answer of StartSession by the
 * environment, its two banners, both streams, exit 0 when the session is closed. What it was called with goes to a file.
 */
import {appendFileSync} from 'node:fs';
import {signUpgrade} from '../../src/aws/sign-upgrade.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {openChannel} from '../../src/channel/open-channel.ts';

const [, , ...words] = process.argv;
const env = process.env;

if (words[0] === '--version') {
	process.stdout.write(`${env['PRETEND_PLUGIN_VERSION'] ?? '1.2.707.0'}\n`);
	process.exit(0);
}
appendFileSync(env['PRETEND_PLUGIN_LOG'] ?? '/dev/null', `${JSON.stringify(words)}\n`);
const [variable = '', region = '', , , target = ''] = words;
const answer = JSON.parse(env[variable] ?? '') as {SessionId: string; TokenValue: string; StreamUrl: string};
const channel = await openChannel({
	ticket: {sessionId: answer.SessionId, token: answer.TokenValue, streamUrl: answer.StreamUrl},
	targetId: (JSON.parse(target) as {Target: string}).Target,
	processClock: createProcessClock(),
	wallNow: Date.now,
	signUpgrade: streamUrl =>
		signUpgrade({
			url: new URL(streamUrl),
			region,
			credentials: {
				accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
				secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
			},
			now: Date.now(),
		}),
	handlers: {
		stdout: bytes => void process.stdout.write(Buffer.from(bytes)),
		stderr: bytes => void process.stderr.write(Buffer.from(bytes)),
	},
});
process.stdout.write(`\nStarting session with SessionId: ${answer.SessionId}\n`);
process.on('SIGINT', channel.interrupt);
await channel.ended;
process.stdout.write(`\n\nExiting session with sessionId: ${answer.SessionId}.\n\n`, () => process.exit(0));
