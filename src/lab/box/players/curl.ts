/** curl of a lab box: to the app's own health check and to the metadata service; there is no other network. */
import {listenersOf} from '../box-world.ts';
import type {PlayedBox} from '../played-box.ts';
import {metadataHost, metadataReply} from './metadata.ts';
import {OptionError, type OptionTable, type Player, parseOptions} from './player.ts';
import {refuse} from './small.ts';

const table: OptionTable = {
	silent: 'flag',
	'show-error': 'flag',
	fail: 'flag',
	include: 'flag',
	verbose: 'flag',
	insecure: 'flag',
	'max-time': 'value',
	noproxy: 'value',
	request: 'value',
	config: 'value',
	header: 'value',
	output: 'value',
	'write-out': 'value',
};

const aliases = {
	s: 'silent',
	S: 'show-error',
	f: 'fail',
	i: 'include',
	v: 'verbose',
	k: 'insecure',
	m: 'max-time',
	X: 'request',
	K: 'config',
	H: 'header',
	o: 'output',
	w: 'write-out',
};

export type Reply = {readonly status: number; readonly body: string};

export const curl: Player = async call => {
	const asked = optionsOf(call.args);
	const [address, ...more] = asked?.operands ?? [];
	const last = (name: string) => asked?.values.get(name)?.at(-1) ?? null;
	const config = last('config');
	const output = last('output');
	if (
		address === undefined ||
		more.length > 0 ||
		![null, '-'].includes(config) ||
		![null, '/dev/null'].includes(output)
	)
		return refuse('curl')(call);
	const [, host = '', path = '/'] = /^(?:https?:\/\/)?([^/]+)(\/.*)?$/.exec(address) ?? [];
	const headers = [
		...(asked?.values.get('header') ?? []),
		...headersOf(config === null ? '' : call.input.toString('utf8')),
	];
	const reply =
		host === metadataHost
			? metadataReply(call.box, {method: last('request') ?? 'GET', path, headers})
			: appReply(call.box, host);
	const shown = (last('write-out') ?? '')
		.replaceAll('\\n', '\n')
		.replaceAll('%{http_code}', String(reply?.status ?? 0).padStart(3, '0'));
	if (reply === null) {
		call.io.complain(`curl: (7) Failed to connect to ${host} after 0 ms: Couldn't connect to server\n`);
		if (shown !== '') await call.io.write(shown);
		return 7;
	}
	const text = output === null ? reply.body : '';
	if (text + shown !== '') await call.io.write(text + shown);
	return 0;
};

const optionsOf = (args: readonly string[]) => {
	try {
		return parseOptions(args, table, aliases);
	} catch (error) {
		if (error instanceof OptionError) return null;
		throw error;
	}
};

/** Lines of a curl config: headers alone are used. */
const headersOf = (config: string): readonly string[] =>
	[...config.matchAll(/^header = "(.*)"$/gm)].map(([, header = '']) => header);

/** null: nobody listens there. */
const appReply = (box: PlayedBox, host: string): Reply | null => {
	const [, name = '', port = ''] = /^(localhost|127\.0\.0\.1|\[::1\]|[\d.]+):(\d{1,5})$/.exec(host) ?? [];
	const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(name);
	if (!isLocal && name !== box.instance.privateIp) return null;
	const listener = listenersOf(box).find(
		one => one.port === Number(port) && (isLocal || !one.address.startsWith('127.')),
	);
	if (box.appHealthy() && port === '8080') return {status: 200, body: 'ok\n'};
	return listener === undefined ? null : {status: 503, body: 'starting\n'};
};
