/**
 * The control endpoint, on its own port: tests and people step the clock, set faults, act as third parties and ask
 * what was called. JSON in, JSON out, `Authorization: Bearer TOKEN`.
 *
 *   GET    /state                     the region as it is
 *   GET    /requests[?after=NUMBER]   requests that arrived, oldest first
 *   POST   /step {seconds}            moves lab time on
 *   POST   /suspend|/resume {group, processes}   a third party; an empty list is all nine
 *   POST   /unhealthy|/healthy|/terminate {instance}
 *   POST   /user-tag {group, key, value}, /remove-tag {group, key}
 *   GET    /faults, POST /faults RULE -> {id}, DELETE /faults[/ID], POST /faults/ID/go
 */
import {timingSafeEqual} from 'node:crypto';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {readBody} from './body.ts';
import {refusedAtTheDoor} from './guard.ts';

export class ControlError extends Error {
	override readonly name = 'ControlError';
	readonly status: number;
	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

export type ControlRequest = {
	readonly body: Readonly<Record<string, unknown>>;
	readonly query: URLSearchParams;
	/** Path parts after the first, e.g. ['f3', 'go']. */
	readonly rest: readonly string[];
};

/** Keys like 'POST step'. */
export type ControlActions = Readonly<Record<string, (request: ControlRequest) => unknown>>;

export const createControlServer = (token: string, actions: ControlActions): Server =>
	createServer((request, response) => {
		void answer(token, actions, {request, response});
	});

type Exchange = {readonly request: IncomingMessage; readonly response: ServerResponse};

const answer = async (
	token: string,
	actions: ControlActions,
	{request, response}: Exchange,
): Promise<void> => {
	const send = (status: number, value: unknown): void => {
		response.writeHead(status, {'content-type': 'application/json'});
		response.end(`${JSON.stringify(value)}\n`);
	};
	try {
		const refused = refusedAtTheDoor(request, {nodeFetch: true});
		if (refused !== null) throw new ControlError(403, refused);
		if (!hasToken(request.headers.authorization, token))
			throw new ControlError(403, 'the token is missing or wrong');
		const url = new URL(request.url ?? '/', 'http://lab');
		const [first = '', ...rest] = url.pathname.split('/').filter(part => part !== '');
		const key = `${request.method ?? 'GET'} ${first}`;
		const action = Object.hasOwn(actions, key) ? actions[key] : undefined;
		if (action === undefined) throw new ControlError(404, `no ${key} here`);
		const result = await action({body: await jsonBody(request), query: url.searchParams, rest});
		send(200, result ?? {});
	} catch (error) {
		const status = error instanceof ControlError ? error.status : 400;
		send(status, {error: error instanceof Error ? error.message : String(error)});
	}
};

const hasToken = (authorization: string | undefined, token: string): boolean => {
	const given = Buffer.from(authorization ?? '');
	const wanted = Buffer.from(`Bearer ${token}`);
	return given.length === wanted.length && timingSafeEqual(given, wanted);
};

const jsonBody = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
	const body = await readBody(request, 262_144);
	if (body === null) throw new ControlError(413, 'the body is too large');
	if (body.length === 0) return {};
	const value: unknown = JSON.parse(body.toString('utf8'));
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw new ControlError(400, 'the body must be a JSON object');
	return value as Readonly<Record<string, unknown>>;
};
