import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {loadBoots, packagedRecordings} from '../../../src/lab/box/load-boots.ts';
import {onlyPackedFields, packedFields} from '../../../src/lab/box/packed-fields.ts';
import {readLife} from '../../../src/lab/box/read-recording.ts';
import {journalFields} from '../../../src/remote/follow-line.ts';
import {sharedFolder} from '../../shared-folder.ts';

const boots = join(sharedFolder, 'fixtures/boots');
const packed = loadBoots();

const recordedLines = (name: string, file: string): readonly Record<string, unknown>[] =>
	gunzipSync(readFileSync(join(boots, name, file)))
		.toString('utf8')
		.split('\n')
		.filter(line => line !== '')
		.map(line => onlyPackedFields(JSON.parse(line) as Record<string, unknown>));

/** Where each boot of a recording was taken from. */
const sources = (name: string): readonly string[] =>
	name.startsWith('S11')
		? ['postmortem/journalctl-D-o-json.jsonl.gz']
		: name === 'S06-crash-loop'
			? ['postmortem/journalctl-D-o-json.jsonl.gz', 'second-boot/journalctl-b-o-json.jsonl.gz']
			: ['journalctl-b-o-json.jsonl.gz'];

test('the package carries fourteen recordings in 400,000 bytes or less', () => {
	expect([...packed.keys()]).toEqual([...packagedRecordings]);
	expect(packed.size).toBe(14);
	const file = join(import.meta.dirname, '../../../src/lab/boots.pack');
	expect(statSync(file).size).toBeLessThanOrEqual(400_000);
});

test('every field that unflap asks a box for is packed', () => {
	const known: readonly string[] = packedFields;
	expect(journalFields.filter(name => !known.includes(name))).toEqual([]);
});

test.each([...packagedRecordings])(
	'%s is packed as it was recorded, entry by entry and field by field',
	name => {
		const life = packed.get(name);
		expect(life).toBeDefined();
		for (const [index, file] of sources(name).entries()) {
			const boot = life?.boots[index];
			const recorded = recordedLines(name, file).filter(entry => entry['_BOOT_ID'] === boot?.bootId);
			expect(boot?.entries.slice(0, recorded.length)).toEqual(recorded);
			// After a power cut the live stream knows more than the file.
			if (name !== 'S11b-hard-kill-mid-boot') expect(boot?.entries.length).toBe(recorded.length);
		}
	},
);

test.each([...packagedRecordings])(
	'%s is packed with the facts, console and health of its folder',
	async name => {
		const {boots: recordedBoots, ...facts} = await readLife(join(boots, name));
		const {boots: packedBoots = [], ...packedFacts} = packed.get(name) ?? {};
		expect(packedFacts).toEqual(facts);
		for (const [index, boot] of recordedBoots.entries()) {
			const {entries: _recorded, ...rest} = boot;
			const {entries: _packed, ...packedRest} = packedBoots[index] ?? {entries: []};
			expect(packedRest).toEqual(rest);
		}
	},
);
