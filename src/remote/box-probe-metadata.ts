/** Metadata, tags, user data and role, from what the instance metadata service answered on the box. */
import type {Hostile} from '../base/text.ts';
import type {ProbeAnswer} from './box-probe-answers.ts';
import {type Finding, unknown} from './box-probe-facts.ts';
import type {MetadataOptions} from './box-probe-types.ts';

/** Status of the request for a token, and of a request without one. '000' is no answer. */
export const metadataFinding = ({status}: ProbeAnswer): Finding => {
	const [token = '000', plain = '000'] = status.split(',');
	const value = {tokenStatus: Number(token), withoutTokenStatus: Number(plain)};
	if (token === '000' && plain === '000')
		return {state: 'bad', text: 'metadata does not answer within 3s', value};
	if (token === '200')
		return {
			state: 'ok',
			text: plain === '200' ? 'IMDSv2 answers, v1 too' : 'IMDSv2 answers, v1 is refused',
			value,
		};
	if (plain === '200') return {state: 'ok', text: `IMDSv1 answers; a token is refused (${token})`, value};
	return {state: 'bad', text: `metadata refuses: ${token} to a token, ${plain} without one`, value};
};

/** With a hop limit of 1 an answer does not reach a container behind a bridge. */
export const optionsFinding = (options: MetadataOptions | null): Finding => {
	if (options === null) return unknown('EC2 did not say');
	const {httpTokens, hopLimit, metadataTags} = options;
	const parts = [
		...(httpTokens === null ? [] : [`tokens ${httpTokens}`]),
		...(hopLimit === null
			? []
			: [`hop limit ${hopLimit}${hopLimit === 1 ? ', too low for containers behind a bridge' : ''}`]),
		...(metadataTags === null ? [] : [`tags ${metadataTags}`]),
	];
	return parts.length === 0
		? unknown('EC2 did not say')
		: {state: 'ok', text: parts.join(', '), value: {httpTokens, hopLimit, metadataTags}};
};

const shownTags = 6;

export const tagsFinding = ({status, lines}: ProbeAnswer): Finding => {
	const keys = lines.filter(line => line !== '');
	if (status === '200' && keys.length > 0) {
		const more = keys.length > shownTags ? `, ${keys.length - shownTags} more` : '';
		const names = keys.slice(0, shownTags).map(key => key.slice(0, 60));
		return {
			state: 'ok',
			text: `${keys.length} visible: ${names.join(', ')}${more}`,
			value: {status: 200, count: keys.length},
		};
	}
	if (status === '404' || status === '200')
		return {
			state: 'bad',
			text: 'none visible in metadata: switched off, or not there yet',
			value: {status: Number(status), count: 0},
		};
	return unknown(`metadata answers ${status}`);
};

const kinds: Readonly<Record<string, string>> = {
	script: 'a script',
	'cloud-config': 'cloud-config',
	mime: 'MIME parts',
};

/** `BYTES KIND`, where BYTES counts the newline that stands before the status. */
export const userDataFinding = ({status, lines}: ProbeAnswer): Finding => {
	if (status === '404') return {state: 'ok', text: 'none', value: {bytes: 0}};
	const [, size, kind = '', line = '', column = ''] =
		/^(\d{1,9}) ([a-z-]{1,20})(?: (\d{1,9}) (\d{1,9}))?$/.exec(lines[0] ?? '') ?? [];
	if (status !== '200' || size === undefined) return unknown(`metadata answers ${status}`);
	const bytes = Math.max(0, Number(size) - 1);
	const known = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
	if (known !== undefined) return {state: 'ok', text: `${bytes} bytes, ${known}`, value: {bytes, kind}};
	if (kind === 'parses') return {state: 'ok', text: `${bytes} bytes of JSON`, value: {bytes, kind: 'json'}};
	if (kind === 'breaks')
		return {
			state: 'bad',
			text: `${bytes} bytes that stop being JSON${line === '' || line === '0' ? '' : ` at line ${line}, column ${column}`}`,
			value: {bytes, kind: 'broken', line: Number(line), column: Number(column)},
		};
	return unknown(`${bytes} bytes; neither jq nor python3 on the box to read them as JSON`);
};

/** `ROLE CODE EXPIRATION KEY`: the last four characters of the key's id, and nothing more of it. */
export const roleFinding = ({status, lines}: ProbeAnswer, now: number): Finding => {
	if (status === '404' && lines.length === 0)
		return {state: 'bad', text: 'no role: the instance has no profile', value: {role: null}};
	const [, role = '', code = '', expiration = '', key = ''] =
		/^([\w+=,.@-]{0,64}) ([A-Za-z0-9]{0,40}) ([0-9TZ:.-]{0,30}) ([A-Z0-9]{0,4})$/.exec(lines[0] ?? '') ?? [];
	if (role === '') return unknown(`metadata answers ${status}`);
	const value = {role, expiresAt: expiration === '' ? null : expiration, keyEnds: key === '' ? null : key};
	if (status !== '200' || code !== 'Success' || key === '')
		return {state: 'bad', text: `${role} has no credentials: ${code === '' ? status : code}`, value};
	const end = Date.parse(expiration);
	if (Number.isNaN(end)) return {state: 'ok', text: `${role}, credentials present`, value};
	const until: Hostile = new Date(end).toISOString().slice(0, 16).replace('T', ' ');
	return end > now
		? {state: 'ok', text: `${role}, credentials until ${until} UTC`, value}
		: {state: 'bad', text: `${role}, credentials ran out ${until} UTC`, value};
};
