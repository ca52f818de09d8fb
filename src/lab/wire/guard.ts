/** Who may talk to the lab at all: programs on this machine, never a web page (threats L1). */
import type {IncomingMessage} from 'node:http';

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Node's own fetch names its mode; browsers send all the others with it. */
const sentByNode = 'sec-fetch-mode';

/**
 * Why a request is refused before anything else is looked at, or null.
 * @param options `nodeFetch`: scripts may use Node's fetch, which sends one of the headers that betray a browser.
 */
export const refusedAtTheDoor = (
	{headers, method}: Pick<IncomingMessage, 'headers' | 'method'>,
	options: {readonly nodeFetch: boolean} = {nodeFetch: false},
): string | null => {
	const host = headers.host?.replace(/:\d{1,5}$/, '').toLowerCase();
	if (host === undefined || !(loopbackNames.has(host) || host.endsWith('.localhost')))
		return 'the lab answers loopback names only';
	const isBrowsers = (name: string): boolean =>
		name.startsWith('sec-fetch-') && !(options.nodeFetch && name === sentByNode);
	if (headers.origin !== undefined || Object.keys(headers).some(isBrowsers))
		return 'the lab does not answer web pages';
	if (method === 'OPTIONS') return 'the lab has no cross-origin answers';
	return null;
};
