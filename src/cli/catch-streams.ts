/** The streams of all caught boxes: lines as they come, what needs eyes with a bell, and the verdict at the end. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {CaughtBox} from '../hold/catch-types.ts';
import type {Notifier} from '../hold/notify.ts';
import {type CaughtNews, type CaughtStream, followCaught} from './catch-box.ts';
import {consoleLines} from './catch-text.ts';
import type {CatchTarget, CatchWords} from './catch-wish.ts';
import type {CommandArgs, CommandContext} from './command.ts';
import {createLogsPrinter, recordOf} from './logs-print.ts';
import {openSpools} from './logs-spool.ts';
import {verdictDocument} from './why-json.ts';
import {printVerdict} from './why-text.ts';

export type CatchStreams = {
	readonly open: (instanceId: string) => void;
	/** Ends one, says the verdict on its box, and forgets it: a catch of every box may go on for days. */
	readonly letGo: (instanceId: string, isGone: boolean) => Promise<void>;
	/** Ends those that are left, and says the verdict on each box, the last one last. */
	readonly finish: (boxes: readonly CaughtBox[]) => Promise<void>;
	/** On every way out. */
	readonly close: () => Promise<void>;
};

export type CatchStreamsOptions = {
	readonly context: CommandContext;
	readonly args: CommandArgs;
	readonly words: CatchWords;
	readonly target: CatchTarget;
	readonly aws: Aws;
	readonly notifier: Notifier;
};

export const createCatchStreams = async (options: CatchStreamsOptions): Promise<CatchStreams> => {
	const {context, args, words, target, aws, notifier} = options;
	const {out} = context;
	const isJson = args.output === 'jsonl';
	const spools = await openSpools(context, aws);
	const processClock = createProcessClock();
	const instanceIds: string[] = [];
	let streams: readonly CaughtStream[] = [];
	const ending = new Set<Promise<void>>();
	const printer = createLogsPrinter(out, 'text', instanceIds, {fold: true, open: false});

	const hear = (box: number, news: CaughtNews): void => {
		const instanceId = instanceIds[box] ?? '';
		const id = shown(hostile(instanceId.slice(-4)));
		if (news.kind === 'lines') {
			if (words.quiet) return;
			for (const entry of news.entries)
				if (isJson) out.json({event: 'line', ...recordOf({box, entry}, instanceIds)});
				else printer.line({box, entry});
		} else if (isJson) out.json(recordOfNews(instanceId, news));
		else if (news.kind === 'console')
			for (const line of words.quiet ? [] : consoleLines(instanceId, news.text)) out.line(line, 'box');
		else if (news.kind === 'mark') out.note(ours`--- ${shown(news.text)} ---`);
		else if (news.kind === 'reading')
			out.note(
				ours`${id}: reading by ${shown(hostile(news.rung))}${news.why === null ? ours`` : ours` (${shown(news.why)})`}`,
			);
		else if (news.kind === 'unit-failed')
			out.line(
				ours`✖ ${id}: ${shown(news.unit)} failed (${shown(hostile(news.result))}): ${shown(news.message)}`,
			);
		else out.line(ours`▶ ${id}: ${shown(news.verdict.sentence)}`);
		alert(instanceId, news);
	};

	const alert = (instanceId: string, news: CaughtNews): void => {
		if (news.kind !== 'unit-failed' && news.kind !== 'verdict') return;
		out.bell();
		notifier.say(news.kind, {
			UNFLAP_GROUP: target.group.name,
			UNFLAP_INSTANCE_ID: instanceId,
			UNFLAP_MESSAGE: news.kind === 'verdict' ? news.verdict.sentence : `${news.unit}: ${news.message}`,
		});
	};

	const judge = async (stream: CaughtStream, isOver: boolean): Promise<void> => {
		const {instanceId} = stream;
		const folder = stream.folder();
		const {verdict, beside} = await stream.verdict(isOver);
		if (isJson) {
			const document = verdictDocument(instanceId, verdict);
			out.json({event: 'verdict', instanceId, final: true, ...document, spool: folder});
			return;
		}
		out.line(ours``);
		printVerdict(instanceId, verdict, {out, beside});
		if (folder !== null) out.note(ours`kept in ${shown(hostile(folder))}`);
		out.note(ours`  → unflap graveyard ${shown(target.group.name)} has it when the box is gone`);
	};

	return {
		open: instanceId => {
			if (instanceIds.includes(instanceId)) return;
			const box = instanceIds.push(instanceId) - 1;
			const group = {name: target.group.name, arn: target.group.arn};
			const onNews = (news: CaughtNews) => hear(box, news);
			const stream = followCaught({context, aws, processClock, instanceId, group, spools, onNews});
			streams = [...streams, stream];
		},
		letGo: (instanceId, isGone) => {
			const stream = streams.find(one => one.instanceId === instanceId);
			if (stream === undefined) return Promise.resolve();
			streams = streams.filter(one => one !== stream);
			const end = stream
				.stop()
				.then(() => judge(stream, isGone))
				.finally(() => ending.delete(end));
			ending.add(end);
			return end;
		},
		finish: async boxes => {
			await Promise.all([...ending, ...streams.map(stream => stream.stop())]);
			printer.end();
			for (const stream of streams) {
				const box = boxes.find(({instanceId}) => instanceId === stream.instanceId);
				await judge(stream, box?.lifecycleState === 'gone');
			}
		},
		close: async () => {
			await Promise.allSettled(streams.map(stream => stream.stop()));
			await spools.close();
		},
	};
};

const recordOfNews = (instanceId: string, news: Exclude<CaughtNews, {kind: 'lines'}>): unknown => {
	switch (news.kind) {
		case 'console':
			return {event: 'console', instanceId, text: news.text};
		case 'mark':
			return {event: 'mark', instanceId, text: news.text};
		case 'reading':
			return {event: 'reading', instanceId, rung: news.rung, why: news.why};
		case 'unit-failed':
			return {
				event: 'unit-failed',
				instanceId,
				unit: news.unit,
				result: news.result,
				message: news.message,
			};
		case 'verdict':
			return {event: 'verdict', instanceId, final: false, ...verdictDocument(instanceId, news.verdict)};
	}
};
