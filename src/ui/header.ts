/** First row: where I am, which account, is it live. Last row: what I can do. */
import {hostile, ours, shown, width} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {Rung} from '../stream/types.ts';
import {formatCountdown, plural, shortId} from './format.ts';
import {boxOf, isOn, type Model} from './model.ts';
import {bootBox} from './screens/boot.ts';
import {type Row, rowWidth, type Span, span, spread} from './span.ts';

/** What goes first when narrow: profile, account, stream rate, region; then the breadcrumb's middle. */
export const header = (model: Model): Row => {
	const {columns} = model.state.size;
	const crumbs = breadcrumb(model);
	const facts = factsOf(model);
	const order = ['profile', 'account', 'endpoint', 'rate', 'region', 'age'] as const;
	let kept = facts;
	for (const id of order) {
		if (fits(crumbs, kept, columns)) break;
		kept = kept.filter(fact => fact.id !== id || (id === 'age' && ageStays(model)));
	}
	const left = fits(crumbs, kept, columns) ? crumbs : withoutMiddle(crumbs);
	return spread([span(ours` `), ...join(left)], [...joinFacts(kept), span(ours` `)], columns);
};

type Fact = {
	readonly id: 'held' | 'catch' | 'profile' | 'account' | 'endpoint' | 'region' | 'rate' | 'age';
	readonly spans: readonly Span[];
	readonly mark?: boolean;
};

const fits = (crumbs: readonly Shown[], facts: readonly Fact[], columns: number) =>
	1 +
		crumbs.reduce((sum, crumb) => sum + width(crumb), 0) +
		(crumbs.length - 1) * 3 +
		2 +
		rowWidth({spans: joinFacts(facts)}) +
		1 <=
	columns;

const join = (crumbs: readonly Shown[]): readonly Span[] =>
	crumbs.flatMap((crumb, index) => [
		...(index === 0 ? [] : [span(ours` ▸ `, 'dim')]),
		index === crumbs.length - 1 ? span(crumb, 'accent', true) : span(crumb),
	]);

const withoutMiddle = (crumbs: readonly Shown[]): readonly Shown[] =>
	crumbs.length <= 2 ? crumbs : [crumbs[0] ?? ours``, ours`…`, crumbs.at(-1) ?? ours``];

const breadcrumb = ({place, state}: Model): readonly Shown[] => {
	const app = ours`unflap`;
	const tail = state.overlay?.kind === 'help' ? [ours`help`] : [];
	if (place.screen === 'fleet') return [app, ours`fleet`, ...tail];
	const group = shown(hostile(place.group ?? ''));
	if (place.screen === 'group') return [app, ours`fleet`, group, ...tail];
	const screen = place.screen === 'why' ? ours`why did it die` : (place.screen as string as Shown);
	const box = place.box !== null && place.screen === 'boot' ? [shortId(hostile(place.box))] : [];
	return [app, group, ...box, screen, ...tail];
};

const ageStays = ({place}: Model) => ['fleet', 'group', 'activity'].includes(place.screen);

const factsOf = (model: Model): readonly Fact[] => {
	const {facts, identity, place, state, poll} = model;
	const showsAge = ageStays(model) || state.size.columns >= 120 || poll.health !== 'ok';
	const streaming = place.screen === 'logs' || place.screen === 'boot';
	return [
		...heldFact(model),
		...catchFact(model),
		...(facts.profile === null
			? []
			: [{id: 'profile' as const, spans: [span(shown(hostile(facts.profile)), 'dim')]}]),
		...(identity === null
			? []
			: [{id: 'account' as const, spans: [span(shortAccount(identity.accountId), 'dim')]}]),
		...(facts.endpoint === null
			? []
			: [
					{
						id: 'endpoint' as const,
						spans: [span(shown(hostile(facts.endpoint.replace(/^https?:\/\//, ''))), 'dim')],
					},
				]),
		...(streaming && state.size.columns < 120
			? []
			: [{id: 'region' as const, spans: [span(shown(hostile(facts.region)), 'dim')]}]),
		...(streaming ? [{id: 'rate' as const, spans: streamSpans(model)}] : []),
		...(showsAge ? [{id: 'age' as const, spans: ageSpans(model)}] : []),
	];
};

const shortAccount = (account: string): Shown =>
	shown(hostile(account.length === 12 ? `${account.slice(0, 4)}…${account.slice(-4)}` : account));

const heldFact = ({holds, now}: Model): readonly Fact[] => {
	const held = holds.filter(isOn);
	if (held.length === 0) return [];
	const first = Math.min(...held.map(({until}) => until));
	const left = (first - now) / 1000;
	const token = left < 300 ? 'bad' : 'held';
	const text =
		held.length === 1
			? ours`■ HELD ${formatCountdown(left)}`
			: ours`■ HELD ${held.length}, first ends ${formatCountdown(left)}`;
	return [{id: 'held', spans: [span(text, token, true)]}];
};

/** The first that waits, or has its box. */
const catchFact = ({catches}: Model): readonly Fact[] => {
	const [first] = catches;
	if (first === undefined) return [];
	const more = catches.length === 1 ? ours`` : ours` +${catches.length - 1}`;
	const text = first.box === null ? ours`◆ CATCH` : ours`◆ CAUGHT ${shortId(hostile(first.box.instanceId))}`;
	return [{id: 'catch', spans: [span(ours`${text}${more}`, 'held')]}];
};

const ageSpans = ({poll}: Model): readonly Span[] => {
	const words = {
		ok: '',
		throttled: 'throttled ',
		offline: 'offline ',
		expired: 'credentials expired ',
		denied: 'denied ',
	}[poll.health] as Shown;
	const age = poll.ageSeconds === null ? ours`polling` : ours`polled ${Math.floor(poll.ageSeconds)}s ago`;
	const live = poll.health === 'ok' && poll.ageSeconds !== null;
	return [
		...(words === '' ? [] : [span(words, 'warn')]),
		span(ours`${age} `, 'dim'),
		live ? span(ours`●`, 'good') : span(ours`◌`, poll.health === 'ok' ? 'busy' : 'warn'),
	];
};

const rungNames: Readonly<Record<Rung, Shown>> = {
	session: ours`ssm `,
	'session-pty': ours`ssm terminal `,
	plugin: ours`ssm plugin `,
	'run-command': ours`run command `,
	console: ours`console `,
};

const streamSpans = (model: Model): readonly Span[] => {
	const {place, boxes, lineRate, store} = model;
	const box = place.screen === 'boot' ? boxOf(model, bootBox(model)) : null;
	const watched = place.screen === 'boot' ? (box === null ? [] : [box]) : boxes;
	// A box whose agent does not answer yet has no stream that could be down.
	const open = watched.filter(({state}) => ['live', 'backlog', 'dropped'].includes(state.state));
	const isWell = open.length > 0 && open.every(({state}) => state.state !== 'dropped');
	const mark = isWell ? span(ours`●`, 'good') : span(ours`◌`, 'warn');
	if (place.screen === 'boot')
		return [span(box === null ? ours`no stream` : rungNames[box.rung], 'dim'), mark];
	const lost = store?.counts().lost ?? 0;
	return [
		span(ours`${plural(open.length, 'stream')} `, 'dim'),
		mark,
		span(ours` · ${lineRate} lines/s · `, 'dim'),
		span(ours`${lost} lost`, lost > 0 ? 'warn' : 'dim'),
	];
};

const joinFacts = (facts: readonly Fact[]): readonly Span[] =>
	facts.flatMap((fact, index) => {
		const before = facts[index - 1];
		const separator =
			index === 0
				? []
				: [
						span(
							fact.id === 'age' || before?.id === 'held'
								? fact.id === 'age'
									? ours`   `
									: ours` · `
								: ours` · `,
							'dim',
						),
					];
		return [...separator, ...fact.spans];
	});

export type FooterEntry = {readonly keys: Shown; readonly label: Shown};

/** Entries go from the right, before `? help`; that one and the last stay. */
export const footer = (entries: readonly FooterEntry[], last: FooterEntry, columns: number): Row => {
	const help = {keys: ours`?`, label: ours`help`};
	const right = [...entrySpans(last), span(ours` `)];
	let kept = entries;
	const left = () => [
		span(ours` `),
		...[...kept, help].flatMap((entry, index) => [
			...(index === 0 ? [] : [span(ours`  `)]),
			...entrySpans(entry),
		]),
	];
	while (kept.length > 0 && rowWidth({spans: left()}) + rowWidth({spans: right}) + 1 > columns)
		kept = kept.slice(0, -1);
	return spread(left(), right, columns);
};

const entrySpans = ({keys, label}: FooterEntry): readonly Span[] => [
	span(keys, 'accent'),
	span(ours` ${label}`, 'dim'),
];
