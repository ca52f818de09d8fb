/** Answers to the agent's handshake. Facts: ssm-data-channel.md sections 6 and 7. */
import {
	createSessionCipher,
	isKeyOf,
	type KeyHome,
	type KeyProvider,
	type SessionCipher,
} from './encryption.ts';
import {goJson} from './go-json.ts';

export type SessionType = 'Standard_Stream' | 'InteractiveCommands' | 'NonInteractiveCommands' | 'Port';
const knownTypes: readonly string[] = [
	'Standard_Stream',
	'InteractiveCommands',
	'NonInteractiveCommands',
	'Port',
] satisfies readonly SessionType[];

export type HandshakeOptions = {
	readonly clientVersion: string;
	readonly sessionId: string;
	/** The target as it was given to StartSession. */
	readonly targetId: string;
	/** Null accepts each known type; otherwise the agent must ask for one of these. */
	readonly expectedTypes: readonly SessionType[] | null;
	/** Without it a session that demands encryption fails with a clear text. */
	readonly keys: {readonly provider: KeyProvider; readonly home: KeyHome | null} | null;
	/** True answers the random challenge of newer agents. The vectors' plugin did not. */
	readonly acknowledgeChallenge: boolean;
};

export type HandshakeAnswer = {
	/** JSON for payload type 6. */
	readonly response: string;
	readonly sessionType: SessionType | null;
	readonly agentVersion: string | null;
	readonly cipher: SessionCipher | null;
	/** Why the agent will now end the session, or null when all went well. */
	readonly failure: string | null;
};

type Processed = {ActionType: string; ActionStatus: number; ActionResult: unknown; Error: string};

export const answerHandshake = async (
	payload: Uint8Array,
	options: HandshakeOptions,
): Promise<HandshakeAnswer> => {
	const request = readRequest(payload);
	const processed: Processed[] = [];
	const errors: string[] = [];
	let sessionType: SessionType | null = null;
	let cipher: SessionCipher | null = null;
	for (const action of request.actions) {
		const done = (result: unknown) =>
			processed.push({ActionType: action.type, ActionStatus: 1, ActionResult: result, Error: ''});
		const failed = (error: string) => {
			errors.push(error);
			const text = `Failed to process action ${action.type}: ${error}`;
			processed.push({ActionType: action.type, ActionStatus: 2, ActionResult: null, Error: text});
		};
		if (action.type === 'SessionType') {
			const asked = action.parameters['SessionType'];
			const problem = sessionTypeProblem(asked, options.expectedTypes);
			if (problem === null) {
				sessionType = asked as SessionType;
				done(null);
			} else failed(problem);
		} else if (action.type === 'KMSEncryption') {
			try {
				const made = await encrypt(action.parameters, options);
				cipher = made.cipher;
				done(made.result);
			} catch (error) {
				failed(error instanceof Error ? error.message : String(error));
			}
		} else {
			// The plugin says it this way, with the status in the result's place; agents take any status but 1 as fatal.
			const text = `Unsupported action ${action.type}`;
			errors.push(text);
			processed.push({ActionType: action.type, ActionStatus: 0, ActionResult: 3, Error: text});
		}
	}
	return {
		response: goJson({
			ClientVersion: options.clientVersion,
			ProcessedClientActions: processed,
			Errors: errors.length === 0 ? null : errors,
		}),
		sessionType,
		agentVersion: request.agentVersion,
		cipher,
		failure: errors.length === 0 ? null : errors.join('; '),
	};
};

/** The answer to EncChallengeRequest: the same plaintext under our key, as payload type 9. */
export const answerChallenge = (payload: Uint8Array, cipher: SessionCipher, nonce?: Uint8Array): string => {
	const challenge = asRecord(parse(payload))['Challenge'];
	if (typeof challenge !== 'string' || challenge.length > 4096)
		throw new Error('The agent sent no challenge in its challenge request');
	const plaintext = cipher.decrypt(Buffer.from(challenge, 'base64'));
	return goJson({Challenge: cipher.encrypt(plaintext, nonce).toString('base64')});
};

/** The agent's notice at the end of the handshake; often empty. */
export const readCustomerMessage = (payload: Uint8Array): string => {
	const text = asRecord(parse(payload))['CustomerMessage'];
	return typeof text === 'string' ? text : '';
};

const sessionTypeProblem = (asked: unknown, expected: readonly SessionType[] | null) => {
	if (typeof asked !== 'string' || !knownTypes.includes(asked))
		return `Unknown session type ${String(asked)}`;
	if (expected !== null && !expected.some(type => type === asked)) return `Unexpected session type ${asked}`;
	return null;
};

const encrypt = async (parameters: Record<string, unknown>, options: HandshakeOptions) => {
	const keyId = parameters['KMSKeyId'];
	const challenge = parameters['Challenge'];
	if (options.keys === null)
		throw new Error('This session must be encrypted with KMS, which this client was not given rights for');
	if (typeof keyId !== 'string' || (options.keys.home !== null && !isKeyOf(options.keys.home, keyId)))
		throw new Error('The agent named a KMS key of another account or region');
	const acknowledges =
		options.acknowledgeChallenge && typeof challenge === 'string' && challenge.length <= 256;
	const key = await options.keys.provider({
		keyId,
		numberOfBytes: 64,
		encryptionContext: {
			'aws:ssm:SessionId': options.sessionId,
			'aws:ssm:TargetId': options.targetId,
			...(acknowledges ? {'aws:ssm:RandomChallenge': challenge} : {}),
		},
	});
	return {
		cipher: createSessionCipher(key.plaintext),
		result: {
			KMSCipherTextKey: Buffer.from(key.ciphertext).toString('base64'),
			KMSCipherTextHash: null,
			...(acknowledges ? {ChallengeAcknowledgement: true} : {}),
		},
	};
};

const readRequest = (payload: Uint8Array) => {
	const request = asRecord(parse(payload));
	const listed = request['RequestedClientActions'];
	const actions = (Array.isArray(listed) ? listed.slice(0, 16) : []).map(item => {
		const action = asRecord(item);
		return {type: String(action['ActionType']), parameters: asRecord(action['ActionParameters'])};
	});
	const version = request['AgentVersion'];
	return {actions, agentVersion: typeof version === 'string' ? version : null};
};

const parse = (payload: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(payload));

const asRecord = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
