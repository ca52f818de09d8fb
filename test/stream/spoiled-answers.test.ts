import {expect, test} from 'vitest';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {openBoxStream} from '../../src/stream/box-stream.ts';
import {awsFor, startEndpoint} from '../aws/fake-endpoint.ts';

const instanceId = 'i-0123456789abcdef0';
const ticket = {
	SessionId: 'ana-1',
	StreamUrl: 'wss://evil.example/v1/data-channel/ana-1',
	TokenValue: 'canary-token',
};

test.each([
	['cut off', JSON.stringify(ticket).slice(0, -20), 2, /not in the words of AWS|reached/],
	['no JSON', `TokenValue ${ticket.TokenValue}`, 2, /not in the words of AWS|reached/],
	['without a stream', JSON.stringify({...ticket, StreamUrl: null}), 2, /without an address or token/],
	['with the stream of another machine', JSON.stringify(ticket), 1, /stream address AWS gave was refused/],
])('a StartSession answer %s ends the stream, and it is said why', async (_, body, tries, why) => {
	const endpoint = await startEndpoint(({operation}) => {
		if (operation === 'StartSession') return {body};
		if (operation === 'GetConnectionStatus') return {body: '{"Status":"connected"}'};
		return undefined;
	});
	const aws = await awsFor(endpoint.url);
	const stream = openBoxStream({aws, instanceId, processClock: createProcessClock(), console: false});
	let last = '';
	for await (const event of stream.events)
		if (event.kind === 'state' && event.state.state === 'ended') last = event.state.why;
	expect(last).toMatch(why);
	expect(last).not.toContain(ticket.TokenValue);
	// The SDK tries an unreadable answer again by itself; each of ours is one start after another.
	expect(endpoint.operations().filter(name => name === 'StartSession').length).toBeGreaterThanOrEqual(tries);
	aws.close();
	await endpoint.close();
});
