/** S3 with the role's own credentials, and the name of S3, as the box sees them. */
import type {Hostile} from '../base/text.ts';
import type {ProbeAnswer} from './box-probe-answers.ts';
import {type ProbeWish, storeHost} from './box-probe-commands.ts';
import {type Finding, unknown} from './box-probe-facts.ts';
import {storeAddress} from './store-target.ts';

export const storeFinding = (answer: ProbeAnswer, {store}: ProbeWish): Finding => {
	if (store === null) return unknown('no bucket is known');
	const address = storeAddress(store);
	const said = (answer.lines[0] ?? '').slice(0, 400);
	const found = answer.tool === 'aws' ? byCli(answer.status, said) : byCurl(answer.status, said);
	const value = {address, code: found.code, said};
	switch (found.kind) {
		case 'fine':
			return {state: 'ok', text: `${address} answers with the box's own role`, value};
		case 'denied':
			return {state: 'bad', text: `${address} is refused: ${refusalOf(found.code, said)}`, value};
		case 'missing':
			return {state: 'bad', text: `${address} is not there: ${found.code}`, value};
		case 'unreachable':
			return {state: 'bad', text: `${address} cannot be reached`, value};
		case 'skewed':
			return {state: 'bad', text: `${address} refuses the box for its clock`, value};
		default:
			return {state: 'unknown', text: said === '' ? `status ${answer.status}` : said, value};
	}
};

/** What may not be done, where S3 names it; its whole sentence stands in the value. */
const refusalOf = (code: string, said: Hostile): string => {
	const action = /not authorized to perform: (s3:[A-Za-z]{1,64})\b/.exec(said)?.[1];
	return action === undefined ? code : `${code}, it may not ${action}`;
};

type Outcome = {
	readonly kind: 'fine' | 'denied' | 'missing' | 'unreachable' | 'skewed' | 'other';
	readonly code: string;
};

const byCli = (status: string, said: Hostile): Outcome => {
	if (status === '0') return {kind: 'fine', code: ''};
	if (status === '124' || /Could not connect to the endpoint|[Tt]imeout on endpoint/.test(said))
		return {kind: 'unreachable', code: ''};
	const code = /An error occurred \(([A-Za-z0-9.]{1,64})\) when calling/.exec(said)?.[1] ?? '';
	return {kind: kindOf(code), code};
};

/** curls before 7.87 leave headers out of their signature, which S3 refuses whatever the role may do. */
const byCurl = (status: string, said: Hostile): Outcome => {
	if (/^20[06]$/.test(status) || status === '416') return {kind: 'fine', code: ''};
	if (status === '000') return {kind: 'unreachable', code: ''};
	const code = /^[A-Za-z0-9]{1,64}/.exec(said)?.[0] ?? '';
	return {kind: /header/i.test(said) ? 'other' : kindOf(code), code};
};

const kindOf = (code: string): Outcome['kind'] => {
	if (code === 'InvalidRange') return 'fine';
	if (/^(?:AccessDenied|AllAccessDisabled|403|Forbidden)$/.test(code)) return 'denied';
	if (/^(?:NoSuchBucket|NoSuchKey|404|NotFound)$/.test(code)) return 'missing';
	return code === 'RequestTimeTooSkewed' ? 'skewed' : 'other';
};

export const namesFinding = ({tool, status, lines}: ProbeAnswer, {region}: ProbeWish): Finding => {
	const name = storeHost(region);
	const found = lines.filter(line =>
		tool === 'getent' ? /^[0-9a-fA-F.:]+\s/.test(line) : /^Address(?:es)?:? .*[0-9.:]$/.test(line),
	).length;
	// nslookup names its server first.
	const addresses = tool === 'getent' ? found : Math.max(0, found - 1);
	const value = {name, addresses};
	if (status === '0' && addresses > 0) return {state: 'ok', text: `${name} resolves`, value};
	return {
		state: 'bad',
		text: status === '124' ? `no answer for ${name} in 10s` : `${name} does not resolve`,
		value,
	};
};
