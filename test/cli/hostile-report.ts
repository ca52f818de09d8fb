/** A report in which every text from outside is hostile. */
import type {Report} from '../../src/cli/report-facts.ts';
import {judge} from '../../src/verdict/judge.ts';
import {detailOf, webProd} from '../ui/fakes.ts';
import {recordedFacts} from '../verdict/recorded-facts.ts';

/** What a box, a name or AWS may hold to break out of a page. */
export const evil = [
	'</style><img src=x onerror=alert(1)>',
	'<meta http-equiv="refresh" content="0;url=http://evil/">',
	'"><script>fetch("http://evil/")</script>',
	"' onload='x",
	'</title></table><svg/onload=1>',
	'\u0000\u0008\u001b[31m]]>&lt;&#x3c;b>',
];

/** A recorded boot whose every text is replaced by these. */
export const reportWith = async (texts: readonly string[]): Promise<Report> => {
	const {whole} = await recordedFacts('S05-s3-access-denied');
	const verdict = judge(whole);
	const spoiled = {
		...verdict,
		sentence: texts.join(' '),
		evidence: texts.map(text => ({source: text, text, at: null, atSeconds: 1})),
		ruledOut: texts,
		notJudged: texts,
		try: texts.map(text => ({text, command: text})),
	};
	const boot =
		whole.boot === null
			? null
			: {
					...whole.boot,
					units: whole.boot.units.map(unit => ({...unit, lastWords: texts, state: 'failed' as const})),
				};
	const differences = texts.map(text => ({what: text, before: `${text}\n${text}`, after: text}));
	return {
		detail: detailOf(webProd()),
		change: {
			template: texts[0] ?? '',
			version: 9,
			before: 8,
			createdAt: Date.UTC(2026, 10, 22),
			createdBy: texts[0] ?? '',
			differences,
		},
		at: Date.UTC(2026, 10, 22),
		edits: [],
		region: texts.join(' '),
		boot: {instanceId: texts[0] ?? '', boot, verdict: spoiled, outside: null},
	};
};
