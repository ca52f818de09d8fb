/** An agent that tunnels through the proxy by CONNECT, or goes straight where NO_PROXY or the address says so. */

import type {Agent as HttpsAgent} from 'node:https';
import {Agent} from 'agent-base';
import {HttpsProxyAgent} from 'https-proxy-agent';
import type {Trust} from './network.ts';
import {bypassesProxy} from './no-proxy.ts';

type Route = {
	readonly direct: HttpsAgent;
	readonly trust: Trust;
	readonly noProxy: string | undefined;
};

export class RoutedAgent extends Agent {
	readonly #route: Route;
	readonly #tunnels: HttpsProxyAgent<string>;

	constructor(proxy: string, route: Route) {
		super({keepAlive: true});
		this.#route = route;
		this.#tunnels = new HttpsProxyAgent(proxy, {keepAlive: true, ...route.trust});
	}

	/** Returning an agent instead of a socket hands the request to it. */
	override connect(
		request: Parameters<Agent['connect']>[0],
		options: Parameters<Agent['connect']>[1],
	): ReturnType<Agent['connect']> {
		const {direct, trust, noProxy} = this.#route;
		return bypassesProxy(options.host ?? '', Number(options.port), noProxy)
			? direct
			: this.#tunnels.connect(request, {...options, ...trust});
	}

	override destroy(): void {
		this.#tunnels.destroy();
		super.destroy();
	}
}
