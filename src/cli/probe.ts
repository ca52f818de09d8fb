/** `unflap probe`: what a box itself says of metadata, role, bucket, names, clock, disk, memory and ports. */
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {loadGroup} from '../groups/load-group.ts';
import {resolveBox} from '../groups/resolve.ts';
import type {Box} from '../groups/types.ts';
import {type BoxProbe, type ProbeFact, probeTitles, type StoreTarget} from '../remote/box-probe-types.ts';
import {storeTarget} from '../remote/store-target.ts';
import {reapSessions} from '../stream/session-register.ts';
import {createStoreLines} from '../verdict/store-lines.ts';
import {readBootBox} from './boot-box.ts';
import type {Command, CommandArgs, CommandContext, Printer} from './command.ts';
import {createPaint, type PaintStyle} from './paint.ts';
import {probeThere} from './probe-there.ts';
import {refuseReadOnly} from './run.ts';

export const probeCommand: Command = {
	name: 'probe',
	summary: 'what a box itself says of its metadata, role, bucket, clock, disk, memory and ports',
	usage: 'unflap probe BOX [--s3 s3://BUCKET/KEY] [--port N]',
	example: 'unflap probe web-prod/1        unflap probe 4f2a --s3 s3://my-config/prod/ -o json',
	flags: {
		s3: {
			type: 'string',
			value: 'ADDRESS',
			help: 'bucket and key to ask for with the role of the box; by default what its failed unit named',
		},
		port: {
			type: 'string',
			value: 'N',
			help: 'the port that should be open; by default what the target groups ask for',
		},
	},
	outputs: ['text', 'json'],
	mostWords: 1,
	run: async (context, args) => {
		const wish = wishOf(args);
		refuseReadOnly(context, 'probe');
		const aws = await context.aws();
		const box = await resolveBox(aws, wish.box, {signal: context.signal});
		await reapSessions(context.settings.paths.state, aws);
		const [store, detail] = await Promise.all([
			wish.store ?? storeInJournal(context, box),
			box.group === '' ? null : loadGroup(aws, box.group, {signal: context.signal}),
		]);
		const probe = await probeThere(context, aws, {box, detail, store, port: wish.port});
		if (args.output === 'json') context.out.json(probeDocument(box, probe));
		else printProbe(box, probe, context.out);
		return 0;
	},
};

const wishOf = ({positionals, flags}: CommandArgs) => {
	const [box] = positionals;
	if (box === undefined)
		throw new UnflapError('usage', 'probe wants a BOX', {
			next: ['unflap probe web-prod/1', 'unflap probe web-prod/1 --s3 s3://my-config/prod/'],
		});
	const {s3, port} = flags;
	const store = typeof s3 === 'string' ? storeTarget(s3) : null;
	if (typeof s3 === 'string' && store === null)
		throw new UnflapError('usage', `--s3 ${s3} is no address of S3`, {next: ['--s3 s3://bucket/key']});
	if (typeof port === 'string' && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536))
		throw new UnflapError('usage', `--port ${port} is no port`, {next: ['--port 8080']});
	return {box, store, port: typeof port === 'string' ? Number(port) : null};
};

/** Without its journal the box is probed all the same: then no bucket is known. */
const storeInJournal = async (context: CommandContext, box: Box): Promise<StoreTarget | null> => {
	const lines = createStoreLines();
	try {
		const {model} = await readBootBox(context, {
			box: box.instanceId,
			boot: undefined,
			units: [],
			onEntries: lines.add,
		});
		return lines.of(model.boot());
	} catch (error) {
		if (!(error instanceof UnflapError) || context.signal.aborted) throw error;
		context.out.warn(ours`${shown(error.message)}; without it no bucket is known`);
		return null;
	}
};

/** `probe -o json`. Texts are masked like on a screen. */
const probeDocument = ({instanceId, group}: Pick<Box, 'instanceId' | 'group'>, probe: BoxProbe) => ({
	instanceId,
	group: group === '' ? null : shown(group),
	at: new Date(probe.at).toISOString(),
	uptimeSeconds: probe.uptimeSeconds,
	facts: probe.facts.map(({check, state, text, value, command}) => ({
		check,
		state,
		text: shown(text),
		value: Object.fromEntries(
			Object.entries(value).map(([name, one]) => [name, typeof one === 'string' ? shown(one) : one]),
		),
		command,
	})),
	listening: probe.listening ?? [],
});

const marks: Readonly<Record<ProbeFact['state'], readonly [Shown, PaintStyle]>> = {
	ok: [ours`✔`, 'green'],
	bad: [ours`✖`, 'red'],
	unknown: [ours`?`, 'yellow'],
};

const titleCells = 13;

const printProbe = (box: Box, probe: BoxProbe, out: Printer): void => {
	const paint = createPaint(out.colour);
	const counted = (state: ProbeFact['state']) => probe.facts.filter(fact => fact.state === state).length;
	out.line(
		ours`${paint('bold', shown(hostile(box.instanceId)))} · ${counted('ok')} ok, ${counted('bad')} failed, ${counted('unknown')} not judged`,
	);
	for (const {check, state, text, command} of probe.facts) {
		const [mark, style] = marks[state];
		out.line(
			ours`${paint(style, mark)} ${pad(shown(hostile(probeTitles[check])), titleCells, 'left')} ${shown(text)}`,
		);
		if (command !== null)
			out.line(ours`${pad(ours``, titleCells + 3, 'left')}${paint('dim', shown(hostile(command)))}`);
	}
};
