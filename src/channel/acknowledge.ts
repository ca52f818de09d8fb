/** Acknowledgements, both ways. Facts: ssm-data-channel.md section 4.1. */
import {encodeFrame, type Frame} from './frame.ts';

/** The answer to one message: selective, never itself acknowledged, always called sequential. */
export const encodeAcknowledgement = (
	frame: Frame,
	{createdDate, messageId}: {readonly createdDate: number; readonly messageId?: string},
): Buffer =>
	encodeFrame({
		messageType: 'acknowledge',
		schemaVersion: 1,
		createdDate,
		sequenceNumber: 0,
		flags: 3,
		...(messageId === undefined ? {} : {messageId}),
		payloadType: 0,
		payload: Buffer.from(
			// All three values are of our own making or checked: nothing here needs escaping but the type.
			`{"AcknowledgedMessageType":${quoted(frame.messageType)},"AcknowledgedMessageId":"${frame.messageId}","AcknowledgedMessageSequenceNumber":${frame.sequenceNumber},"IsSequentialMessage":true}`,
			'latin1',
		),
	});

const quoted = (messageType: string) =>
	messageType === 'output_stream_data' ? '"output_stream_data"' : JSON.stringify(messageType);

/** The sequence number that an acknowledgement names, or null when it names none. */
export const readAcknowledgement = (payload: Uint8Array): number | null => {
	const match = /"AcknowledgedMessageSequenceNumber"\s*:\s*(\d{1,15})\b/.exec(
		Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1'),
	);
	return match?.[1] === undefined ? null : Number(match[1]);
};
