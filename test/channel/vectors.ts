/** The golden vectors of the data channel, as their README describes them. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {sharedFolder} from '../shared-folder.ts';

export type Vector = {
	readonly name: string;
	readonly direction: 'client-to-service' | 'service-to-client';
	readonly opcode: 'binary' | 'text' | 'ping' | 'http-upgrade-headers';
	readonly hex: string;
	readonly decoded: {
		readonly messageType: string;
		readonly schemaVersion: number;
		readonly createdDate: number;
		readonly sequenceNumber: number;
		readonly flags: number;
		readonly messageId: string;
		readonly payloadDigestHex: string;
		readonly digestOk: boolean;
		readonly payloadType: number;
		readonly payloadLength: number;
		readonly payloadUtf8: string | null;
		readonly payloadHex?: string;
		readonly MessageSchemaVersion?: string;
		readonly RequestId?: string;
		readonly TokenValue?: string;
		readonly ClientId?: string;
		readonly ClientVersion?: string;
	};
	readonly kms?: {readonly plaintextKeyHex: string};
	readonly kmsCall?: {
		readonly body: {readonly EncryptionContext: Record<string, string>; readonly KeyId: string};
	};
	readonly plaintextUtf8?: string;
	readonly challengePlaintextHex?: string;
};

const folder = join(sharedFolder, 'reference', 'ssm-vectors');

export const vectors: readonly Vector[] = readdirSync(folder)
	.filter(name => name.endsWith('.json'))
	.sort()
	.map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Vector);

export const vector = (number: number): Vector => {
	const found = vectors.find(({name}) => name.startsWith(`${String(number).padStart(2, '0')}-`));
	if (found === undefined) throw new Error(`No vector ${number}`);
	return found;
};

export const bytesOf = (number: number): Buffer => Buffer.from(vector(number).hex, 'hex');

export const payloadOf = ({decoded, hex}: Vector): Buffer =>
	decoded.payloadLength === 0 ? Buffer.alloc(0) : Buffer.from(hex, 'hex').subarray(-decoded.payloadLength);
