/** Acknowledgements, both ways. Facts: ssm-data-channel.md section 4.1. */
import {createMessageId, encodeFrame, type Frame} from './frame.ts';

/** The answer to one message: selective, never itself acknowledged, always called sequential. */
export const encodeAcknowledgement = (
	frame: Frame,
	{createdDate, messageId = createMessageId()}: {createdDate: number; messageId?: string},
): Buffer =>
	encodeFrame({
		messageType: 'acknowledge',
		schemaVersion: 1,
		createdDate,
		sequenceNumber: 0,
		flags: 3,
		messageId,
		payloadType: 0,
		payload: Buffer.from(
			// All three values are of our own making or checked: nothing here needs escaping but the type.
			`{"AcknowledgedMessageType":${JSON.stringify(frame.messageType)},"AcknowledgedMessageId":"${frame.messageId}","AcknowledgedMessageSequenceNumber":${frame.sequenceNumber},"IsSequentialMessage":true}`,
			'latin1',
		),
	});

/** The sequence number that an acknowledgement names, or null when it names none. */
export const readAcknowledgement = (payload: Uint8Array): number | null => {
	const match = /"AcknowledgedMessageSequenceNumber"\s*:\s*(\d{1,15})\b/.exec(
		Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1'),
	);
	return match?.[1] === undefined ? null : Number(match[1]);
};
