/** The JSON payloads an agent and its service write, with keys in their order. Facts: ssm-data-channel.md 4 and 6. */
import {randomUUID} from 'node:crypto';
import type {AgentFrame} from './agent-frame.ts';
import type {TerminalSize} from './box-process.ts';

export const agentVersion = '3.3.987.0';

/** `encryption`: the key the client must ask for, and 16 random bytes in base64. */
export const handshakeRequest = (
	sessionType: string,
	encryption: {readonly keyId: string; readonly challenge: string} | null = null,
): Buffer =>
	json({
		AgentVersion: agentVersion,
		RequestedClientActions: [
			...(encryption === null
				? []
				: [
						{
							ActionType: 'KMSEncryption',
							ActionParameters: {KMSKeyId: encryption.keyId, Challenge: encryption.challenge},
						},
					]),
			{ActionType: 'SessionType', ActionParameters: {SessionType: sessionType, Properties: null}},
		],
	});

export const handshakeComplete = (tookMs: number, isEncrypted = false): Buffer =>
	json({
		HandshakeTimeToComplete: Math.round(tookMs * 1e6),
		CustomerMessage: isEncrypted ? 'This session is encrypted using AWS KMS.' : '',
	});

export const challengeRequest = (challenge: Buffer): Buffer =>
	json({Challenge: challenge.toString('base64')});

/** The client's answer to a challenge, still encrypted, or null. */
export const challengeAnswer = (payload: Buffer): Buffer | null => {
	const challenge = fieldsOf(payload)?.['Challenge'];
	return typeof challenge === 'string' ? Buffer.from(challenge, 'base64') : null;
};

/** What the client says of the data key it got, or null when it says nothing. */
export const encryptionAnswer = (
	payload: Buffer,
): {readonly ciphertext: Buffer; readonly acknowledgesChallenge: boolean} | null => {
	const actions = fieldsOf(payload)?.['ProcessedClientActions'];
	if (!Array.isArray(actions)) return null;
	const action = (actions as {ActionType?: unknown; ActionResult?: Record<string, unknown> | null}[]).find(
		({ActionType}) => ActionType === 'KMSEncryption',
	);
	const key = action?.ActionResult?.['KMSCipherTextKey'];
	if (typeof key !== 'string') return null;
	return {
		ciphertext: Buffer.from(key, 'base64'),
		acknowledgesChallenge: action?.ActionResult?.['ChallengeAcknowledgement'] === true,
	};
};

/** Columns and rows of a size message, or null. */
export const sizeOf = (payload: Buffer): TerminalSize | null => {
	const fields = fieldsOf(payload);
	const [columns, rows] = [fields?.['cols'], fields?.['rows']];
	return isCells(columns) && isCells(rows) ? {columns, rows} : null;
};

const isCells = (value: unknown): value is number =>
	typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 10_000;

export const acknowledgement = (frame: AgentFrame): Buffer =>
	json({
		AcknowledgedMessageType: frame.type,
		AcknowledgedMessageId: frame.id,
		AcknowledgedMessageSequenceNumber: frame.sequence,
		IsSequentialMessage: true,
	});

export const channelClosed = (sessionId: string, output: string): Buffer =>
	json({
		MessageId: randomUUID(),
		CreatedDate: new Date().toISOString(),
		DestinationId: randomUUID(),
		SessionId: sessionId,
		MessageType: 'channel_closed',
		SchemaVersion: 1,
		Output: output,
	});

/** The real ones call the date `CreateData` too. */
export const publication = (type: 'pause_publication' | 'start_publication'): Buffer =>
	json({MessageType: type, SchemaVersion: 1, MessageId: randomUUID(), CreateData: new Date().toISOString()});

/** The sequence number an acknowledge is about, or null. */
export const acknowledgedSequence = (payload: Buffer): number | null => {
	const sequence = fieldsOf(payload)?.['AcknowledgedMessageSequenceNumber'];
	return typeof sequence === 'number' ? sequence : null;
};

/** null when the client did everything it was asked for, otherwise what went wrong. */
export const handshakeFailure = (payload: Buffer): string | null => {
	const actions = fieldsOf(payload)?.['ProcessedClientActions'];
	if (!Array.isArray(actions) || actions.length === 0) return 'Handshake response is malformed';
	for (const action of actions as {ActionType?: unknown; ActionStatus?: unknown; Error?: unknown}[])
		if (action.ActionStatus !== 1)
			return `${String(action.ActionType)} failed on client with status ${String(action.ActionStatus)} error: ${String(action.Error ?? '')}`;
	return null;
};

/** OpenDataChannel's token, or null. */
export const openToken = (text: string): string | null => {
	const fields = fieldsOf(Buffer.from(text));
	const token = fields?.['TokenValue'];
	return fields?.['MessageSchemaVersion'] === '1.0' && typeof token === 'string' ? token : null;
};

const fieldsOf = (payload: Buffer): Readonly<Record<string, unknown>> | null => {
	try {
		const value: unknown = JSON.parse(payload.toString('utf8'));
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
	} catch {
		return null;
	}
};

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
