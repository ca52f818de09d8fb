/** The first frame on the socket, as text. Facts: ssm-data-channel.md section 2.1. */
import {goJson} from './go-json.ts';

/** Four parts, at least 1.2.764.0: agents compare it, and older clients do not sign. */
export const clientVersion = '1.2.889.0';

export const openMessage = (fields: {
	readonly requestId: string;
	readonly token: string;
	/** The same for every channel of this process. */
	readonly clientId: string;
	readonly clientVersion?: string;
}): string =>
	goJson({
		MessageSchemaVersion: '1.0',
		RequestId: fields.requestId,
		TokenValue: fields.token,
		ClientId: fields.clientId,
		ClientVersion: fields.clientVersion ?? clientVersion,
	});
