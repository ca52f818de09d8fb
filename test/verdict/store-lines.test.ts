/** Which place in S3 a probe asks for. */
import {expect, test} from 'vitest';
import {createBootModel} from '../../src/boot/boot-model.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createStoreLines} from '../../src/verdict/store-lines.ts';
import {entriesOf, journalOf} from '../boot/recordings.ts';

const readStore = async (
	scenario: string,
	change: (entry: JournalEntry) => JournalEntry = entry => entry,
) => {
	const [model, lines] = [createBootModel(), createStoreLines()];
	for await (const part of entriesOf(journalOf(scenario))) {
		const entries = part.map(change);
		model.add(entries);
		lines.add(entries);
	}
	return lines.of(model.boot());
};

test('the place that the failed unit named', async () => {
	expect(await readStore('S05-s3-access-denied')).toEqual({
		bucket: 'foo-app-config-prod',
		key: 'foo-app/prod/',
		isObject: false,
	});
});

test('of the ARN alone, where no address was written', async () => {
	const onlyArn = (entry: JournalEntry): JournalEntry => ({
		...entry,
		message: entry.message.replace(/s3:\/\/\S+/g, 'the bucket'),
	});
	expect(await readStore('S05-s3-access-denied', onlyArn)).toEqual({
		bucket: 'foo-app-config-prod',
		key: '',
		isObject: false,
	});
});

test('nothing, where no unit speaks of S3', async () => {
	expect(await readStore('S03-tags-missing-pending-wait')).toBeNull();
});

test('T9 a line of a box cannot put more than a bucket and a key into a command', async () => {
	for (const evil of [
		"s3://shop';id;'/x",
		's3://shop/$(id)',
		's3://shop/{{ssm:x}}',
		's3://../x',
		's3://shop/--profile',
	]) {
		const store = await readStore('S05-s3-access-denied', entry => ({
			...entry,
			message: entry.message.replace(/s3:\/\/\S+/g, evil),
		}));
		expect(`${store?.bucket}/${store?.key}`).toMatch(/^[a-z0-9.-]{3,63}\/(?!-)[A-Za-z0-9!_.*()/=+@-]*$/);
	}
});
