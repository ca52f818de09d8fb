/** Endpoint URLs: what may be one, whether it is this machine, and how it is shown. */
import {isIPv4, isIPv6} from 'node:net';
import {UnflapError} from './errors.ts';

/** Throws `usage` unless `text` is an http(s) URL; plain http is for this machine alone. */
export const parseEndpoint = (text: string, origin: string): URL => {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '')
		throw new UnflapError('usage', `The endpoint of ${origin} is no URL: ${maskUserinfo(text)}`, {
			next: ['give it as https://HOST or, for a lab on this machine, http://127.0.0.1:PORT'],
		});
	if (url.protocol === 'http:' && !isLoopbackUrl(text))
		throw new UnflapError(
			'usage',
			`The endpoint of ${origin} is plain http on another machine: ${maskUserinfo(text)}`,
			{
				meaning: 'Credentials and session tokens would travel in the clear.',
				next: ['use https, or an address of this machine'],
			},
		);
	return url;
};

/** True for 127.0.0.0/8, ::1 and localhost, by the URL's own reading of the host. */
export const isLoopbackUrl = (text: string): boolean => {
	if (!URL.canParse(text)) return false;
	const host = new URL(text).hostname.replace(/^\[|\]$/g, '').toLowerCase();
	if (isIPv4(host)) return host.startsWith('127.');
	if (isIPv6(host)) return host === '::1';
	return host === 'localhost' || host.endsWith('.localhost');
};

/** The same text with user and password of any URL in it masked. */
export const maskUserinfo = (text: string): string =>
	text.replace(/([A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,512}@/g, '$1[redacted]@');
