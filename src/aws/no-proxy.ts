/** Which hosts are reached without the proxy: this machine and instance metadata always, then NO_PROXY. */
import {BlockList, isIP} from 'node:net';

const never = new BlockList();
never.addSubnet('127.0.0.0', 8, 'ipv4');
never.addSubnet('169.254.0.0', 16, 'ipv4');
never.addAddress('::1', 'ipv6');
never.addSubnet('fd00:ec2::', 32, 'ipv6');

export const bypassesProxy = (hostname: string, port: number, noProxy = ''): boolean => {
	const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
	if (host === 'localhost' || host.endsWith('.localhost') || isIn(never, host)) return true;
	return noProxy
		.split(/[\s,]+/)
		.filter(entry => entry !== '')
		.some(entry => matches(entry.toLowerCase(), host, port));
};

/** `*`, `host`, `.suffix`, `host:port`, an address, or a range `10.0.0.0/8`: a name matches what lies below it too. */
const matches = (entry: string, host: string, port: number): boolean => {
	if (entry === '*') return true;
	const range = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
	if (range) return isInRange(range[1] ?? '', Number(range[2]), host);
	if (isIP(entry.replace(/^\[|\]$/g, '')) !== 0) return entry.replace(/^\[|\]$/g, '') === host;
	const [name = '', entryPort] = entry.split(':');
	if (entryPort !== undefined && Number(entryPort) !== port) return false;
	const suffix = name.replace(/^\*?\./, '');
	return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
};

const isInRange = (address: string, prefix: number, host: string) => {
	const family = isIP(address);
	if (family === 0 || prefix > (family === 4 ? 32 : 128)) return false;
	const list = new BlockList();
	list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
	return isIn(list, host);
};

const isIn = (list: BlockList, host: string) => {
	const family = isIP(host);
	return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
};
