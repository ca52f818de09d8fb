/** Listening sockets of a box, from `ss -ltn` or the kernel's own tables, beside the ports that are asked for. */
import type {ProbeAnswer, ProbeAnswers} from './box-probe-answers.ts';
import {mostLines} from './box-probe-answers.ts';
import {type Finding, unknown} from './box-probe-facts.ts';
import type {ProbedSocket} from './box-probe-types.ts';

/** null where there were too many to be sent, or none could be read: then nothing can be said to be missing. */
export const listeningOf = (answers: ProbeAnswers): readonly ProbedSocket[] | null => {
	const answer = answers.of('ports');
	if (answer === null || answer.status !== '0' || answer.lines.length === 0) return null;
	if (answer.lines.length >= mostLines) return null;
	const read = answer.tool === 'ss' ? fromSs : fromKernel;
	const isTable = /^State\s+Recv-Q|^\s*sl\s+local_address/.test(answer.lines[0] ?? '');
	return isTable ? answer.lines.map(read).filter(socket => socket !== null) : null;
};

const fromSs = (line: string): ProbedSocket | null => {
	const [, address = '', port] = /^LISTEN\s+\d+\s+\d+\s+(\S{1,80}):(\d{1,5})\s/.exec(line) ?? [];
	return port === undefined ? null : {address: plainAddress(address), port: Number(port)};
};

/** `[::ffff:127.0.0.1]`, `127.0.0.53%lo` and `*` as addresses. */
const plainAddress = (address: string): string => {
	const bare = address.replace(/%[^\]]*/, '').replace(/^\[|\]$/g, '');
	return bare === '*' ? '::' : bare.replace(/^::ffff:(?=\d+\.)/i, '');
};

/** `0: 0100007F:1F90 00000000:0000 0A`: the address is in the machine's own byte order, 0A is LISTEN. */
const fromKernel = (line: string): ProbedSocket | null => {
	const [, address = '', port] =
		/^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /.exec(line) ?? [];
	if (port === undefined) return null;
	return {address: kernelAddress(address), port: Number.parseInt(port, 16)};
};

const kernelAddress = (hex: string): string => {
	const bytes = [...hex.matchAll(/(..)(..)(..)(..)/g)].flatMap(([, a = '', b = '', c = '', d = '']) =>
		[d, c, b, a].map(byte => Number.parseInt(byte, 16)),
	);
	if (bytes.length === 4) return bytes.join('.');
	const isMapped = bytes.slice(0, 10).every(byte => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
	if (isMapped) return bytes.slice(12).join('.');
	if (bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))) return '::1';
	return bytes.every(byte => byte === 0) ? '::' : hex.toLowerCase().replace(/(.{4})(?!$)/g, '$1:');
};

const shownPorts = 12;

export const portsFinding = (
	listening: readonly ProbedSocket[] | null,
	asked: readonly number[],
): Finding => {
	if (listening === null) return unknown('the listening sockets cannot be read');
	const open = [...new Set(listening.map(({port}) => port))].sort((one, other) => one - other);
	const list = `${open.slice(0, shownPorts).join(', ')}${open.length > shownPorts ? ', …' : ''}`;
	const value = {open: open.slice(0, 100).join(','), asked: asked.join(',')};
	const missing = asked.find(port => !listening.some(socket => socket.port === port && !isLoopback(socket)));
	if (missing === undefined)
		return {
			state: 'ok',
			text: asked.length === 0 ? `open: ${list || 'none'}` : `${asked.join(', ')} open to the network`,
			value,
		};
	const local = listening.find(({port}) => port === missing);
	return {
		state: 'bad',
		text:
			local === undefined
				? `nothing listens on ${missing}; open: ${list || 'none'}`
				: `${missing} is open on ${local.address} only`,
		value,
	};
};

export const isLoopback = ({address}: ProbedSocket): boolean => /^(?:127\.|::1$)/.test(address);

/** HTTP status and curl's own; 7 is a refused connection. */
export const healthFinding = ({status}: ProbeAnswer): Finding => {
	const [code = '000', exit = ''] = status.split(',');
	const value = {status: Number(code), curlExit: Number(exit)};
	if (code !== '000')
		return {state: /^[23]/.test(code) ? 'ok' : 'bad', text: `the box itself gets ${code}`, value};
	return {
		state: 'bad',
		text: exit === '7' ? 'the box itself is refused a connection' : 'the box itself gets no answer',
		value,
	};
};
