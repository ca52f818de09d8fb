/** An agent that tunnels through the proxy by CONNECT, or goes straight where NO_PROXY or the address says so. */
import type {Agent as HttpsAgent} from 'node:https';
import {HttpsProxyAgent} from 'https-proxy-agent';
import type {Trust} from './network.ts';
import {bypassesProxy} from './no-proxy.ts';

type Route = {
	readonly direct: HttpsAgent;
	readonly trust: Trust;
	readonly noProxy: string | undefined;
};

type Connect = HttpsProxyAgent<string>['connect'];

export class RoutedAgent extends HttpsProxyAgent<string> {
	readonly #route: Route;

	constructor(proxy: string, route: Route) {
		super(proxy, {keepAlive: true, ...route.trust});
		this.#route = route;
	}

	/** Returning an agent instead of a socket hands the request to it (agent-base). */
	override connect(request: Parameters<Connect>[0], options: Parameters<Connect>[1]): ReturnType<Connect> {
		const {direct, trust, noProxy} = this.#route;
		return bypassesProxy(options.host ?? '', Number(options.port), noProxy)
			? (Promise.resolve(direct) as unknown as ReturnType<Connect>)
			: super.connect(request, {...options, ...trust});
	}
}
