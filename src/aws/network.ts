/**
 * How every connection to AWS is made, for the SDK and for the WebSocket alike: proxy, CA bundle, TLS that is always
 * verified. The SDK reads none of HTTPS_PROXY, NO_PROXY and AWS_CA_BUNDLE by itself.
 */
import {readFileSync} from 'node:fs';
import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {maskUserinfo} from '../base/endpoint.ts';
import {UnflapError} from '../base/errors.ts';
import type {NetworkOptions} from './types.ts';

export type Agents = {
	readonly http: HttpAgent;
	/** Decides by itself, a host at a time, between the proxy and a direct connection. */
	readonly https: HttpsAgent | HttpAgent;
	readonly destroy: () => void;
};

/** The environment's wishes, as text; proxies for plain http are not looked at, since only loopback is plain. */
export const readNetwork = (environment: Readonly<NodeJS.ProcessEnv>): NetworkOptions => {
	const either = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
	const proxy = either('HTTPS_PROXY') ?? either('ALL_PROXY');
	const noProxy = either('NO_PROXY');
	const caFile = environment['AWS_CA_BUNDLE'] || undefined;
	return {
		...(proxy === undefined ? {} : {proxy: proxy.includes('://') ? proxy : `http://${proxy}`}),
		...(noProxy === undefined ? {} : {noProxy}),
		...(caFile === undefined ? {} : {ca: readBundle(caFile)}),
	};
};

/** One set of connections. Throws `usage` when the proxy is no URL. */
export const createAgents = async (network: NetworkOptions): Promise<Agents> => {
	// Said for each connection: NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default only.
	const trust = {rejectUnauthorized: true, ...(network.ca === undefined ? {} : {ca: network.ca})};
	const http = new HttpAgent({keepAlive: true});
	const direct = new HttpsAgent({keepAlive: true, ...trust});
	const routed =
		network.proxy === undefined
			? undefined
			: await throughProxy(network.proxy, network.noProxy, direct, trust);
	return {
		http,
		https: routed ?? direct,
		destroy: () => {
			for (const agent of [http, direct, routed]) agent?.destroy();
		},
	};
};

export type Trust = {readonly rejectUnauthorized: boolean; readonly ca?: string};

/** Loaded only where there is a proxy. */
const throughProxy = async (proxy: string, noProxy: string | undefined, direct: HttpsAgent, trust: Trust) => {
	const url = proxyUrl(proxy);
	const {RoutedAgent} = await import('./routed-agent.ts');
	return new RoutedAgent(url.href, {direct, trust, noProxy});
};

const proxyUrl = (text: string) => {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
	throw new UnflapError('usage', `HTTPS_PROXY is no proxy URL: ${maskUserinfo(text)}`, {
		next: ['give it as http://HOST:PORT'],
	});
};

const readBundle = (path: string) => {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
		throw new UnflapError('usage', `AWS_CA_BUNDLE names ${path}, which cannot be read: ${code}`, {
			next: ['point it at a file of PEM certificates, or unset it'],
		});
	}
};
