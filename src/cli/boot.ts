/** `unflap boot`: the boot waterfall and the first fault, of a box or of a journal file. */
import {UnflapError} from '../base/errors.ts';
import {ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import type {BootModel} from '../boot/boot-model.ts';
import {type OutsideFacts, outsideMarks} from '../boot/outside-marks.ts';
import type {Boot} from '../boot/types.ts';
import {readBootBox} from './boot-box.ts';
import {type BootSource, readBootFile} from './boot-file.ts';
import {bootDocument} from './boot-json.ts';
import {bootSvg} from './boot-svg.ts';
import {printBoot} from './boot-text.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';

export const bootCommand: Command = {
	name: 'boot',
	summary: 'the boot waterfall and the first fault',
	usage: 'unflap boot BOX [--boot ID|-1]   or   unflap boot --journal FILE',
	example: 'unflap boot web-prod/1        unflap boot --journal boot.jsonl.gz -o json',
	flags: {
		journal: {
			type: 'string',
			value: 'FILE',
			help: 'what `journalctl -b -o json` wrote: plain, .gz, .zst, or - for standard input',
		},
		boot: {
			type: 'string',
			short: 'b',
			value: 'ID|-1',
			help: 'an earlier boot: its id, or -1 for the one before',
		},
		unit: {type: 'string', short: 'u', multiple: true, value: 'UNIT', help: 'the unit the chain leads to'},
	},
	outputs: ['text', 'json', 'svg'],
	mostWords: 1,
	run: async (context, args) => {
		const source = await sourceOf(context, args);
		// A box was asked for that boot alone.
		const wanted = source.instanceId === null ? textFlag(args, 'boot') : undefined;
		const boot = chooseBoot(source.model, wanted);
		await print(boot, source, context, args);
		if (source.incomplete !== null) {
			context.out.warn(
				ours`Not read to its end: ${shown(source.incomplete)}. What is above holds for what was read.`,
			);
			return 1;
		}

		return 0;
	},
};

type NamedSource = BootSource & {
	readonly instanceId: string | null;
	readonly subject: Hostile;
	readonly outside?: OutsideFacts | null;
};

const sourceOf = async (context: CommandContext, args: CommandArgs): Promise<NamedSource> => {
	const file = textFlag(args, 'journal');
	const box = args.positionals[0];
	if (file !== undefined && box === undefined) {
		const source = await readBootFile(file, {units: wantedUnits(args), signal: context.signal});
		return {...source, instanceId: null, subject: file === '-' ? 'standard input' : file};
	}

	if (file !== undefined || box === undefined || args.positionals.length > 1) {
		throw new UnflapError('usage', 'boot wants one BOX, or --journal FILE', {
			next: ['unflap boot web-prod/1', 'unflap boot --journal boot.jsonl'],
		});
	}

	const wanted = {box, boot: textFlag(args, 'boot'), units: wantedUnits(args)};
	const source = await readBootBox(context, wanted);
	return {...source, instanceId: source.box.instanceId, subject: source.box.instanceId};
};

const wantedUnits = (args: CommandArgs): readonly string[] => {
	const value = args.flags['unit'];
	return Array.isArray(value) ? value : [];
};

const textFlag = (args: CommandArgs, name: string): string | undefined => {
	const value = args.flags[name];
	return typeof value === 'string' ? value : undefined;
};

/** By id or the beginning of one, or counted from the newest: 0, -1, -2; counted from the oldest: 1, 2. */
const chooseBoot = (model: BootModel, wanted: string | undefined): Boot => {
	const boots = model.boots();
	const newest = model.boot();
	const found = wanted === undefined ? newest : bootNamed(boots, wanted);
	if (found == null) {
		throw new UnflapError('not-found', `There is no boot ${wanted ?? ''} here; there are ${boots.length}`, {
			next: boots.slice(-5).map((boot, index, all) => `--boot ${index - all.length + 1}   (${boot.bootId})`),
		});
	}

	return found;
};

const bootNamed = (boots: readonly Boot[], wanted: string): Boot | undefined => {
	if (/^[+-]?\d{1,4}$/.test(wanted)) {
		const offset = Number(wanted);
		return offset > 0 ? boots[offset - 1] : boots.at(offset - 1);
	}

	const matches = boots.filter(boot => boot.bootId.startsWith(wanted.replaceAll('-', '').toLowerCase()));
	return matches.length === 1 ? matches[0] : undefined;
};

const print = async (
	boot: Boot,
	source: NamedSource,
	context: CommandContext,
	args: CommandArgs,
): Promise<void> => {
	const {out, settings} = context;
	const {instanceId, garbageLines, incomplete, subject} = source;
	const outside = source.outside == null ? [] : outsideMarks(boot, source.outside);
	if (args.output === 'json') {
		out.json(bootDocument(boot, {instanceId, garbageLines, incomplete}));
		return;
	}

	if (args.output === 'svg') {
		await out.raw(Buffer.from(bootSvg(boot, {subject, outside})));
		return;
	}

	printBoot(boot, out, {subject, ascii: settings.ascii, outside});
	const others = source.model.boots().length - 1;
	if (others > 0) {
		out.note(ours`${others} other boots in this journal: --boot -1 shows the one before.`);
	}

	if (garbageLines > 0) {
		out.warn(ours`${garbageLines} lines were no journal entries; they are not in the picture.`);
	}
};
