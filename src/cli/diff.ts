/** `unflap diff`: what differs between two boots, unit by unit, and where they first went another way. */
import {existsSync} from 'node:fs';
import {UnflapError} from '../base/errors.ts';
import type {Boot} from '../boot/types.ts';
import {readBootBox} from './boot-box.ts';
import {readBootFile} from './boot-file.ts';
import type {Command, CommandContext} from './command.ts';
import {comparisonDocument, type NamedBoot, printDifference} from './diff-text.ts';

export const diffCommand: Command = {
	name: 'diff',
	summary: 'what differs between two boots: the first difference, then unit by unit',
	usage: 'unflap diff BOOT BOOT   where BOOT is BOX, BOX@-1, BOX@BOOTID or a journal file',
	example: 'unflap diff web-prod/1 batch/1        unflap diff bad.jsonl.gz good.jsonl.gz',
	flags: {},
	outputs: ['text', 'json'],
	mostWords: 2,
	run: async (context, {positionals, output}) => {
		const [first, second] = positionals;
		if (first === undefined || second === undefined)
			throw new UnflapError('usage', 'diff wants two BOOTs', {
				next: ['unflap diff web-prod/1 web-prod/2', 'unflap diff bad.jsonl.gz good.jsonl.gz'],
			});
		const here = await readBoot(context, first);
		const there = await readBoot(context, second);
		if (output === 'json') context.out.json(comparisonDocument(here, there));
		else printDifference(here, there, context.out);
		return 0;
	},
};

/** A file where there is one of that name; otherwise a box, with the boot after `@`. */
const readBoot = async (context: CommandContext, text: string): Promise<NamedBoot> => {
	const {signal} = context;
	if (text === '-' || existsSync(text)) {
		const {model} = await readBootFile(text, {units: [], signal});
		return {subject: text, boot: known(model.boot(), text)};
	}
	const [, box = text, boot] = /^(.+)@([^@]+)$/.exec(text) ?? [];
	const source = await readBootBox(context, {box, boot, units: []});
	return {
		subject: boot === undefined ? source.box.instanceId : `${source.box.instanceId}@${boot}`,
		boot: known(source.model.boot(), text),
	};
};

const known = (boot: Boot | null, text: string): Boot => {
	if (boot !== null) return boot;
	throw new UnflapError('not-found', `There is no boot in ${text}`);
};
