/** A recorded boot in which everything a box may say is awkward, for `lab --scenario DIR`. State stays as recorded. */
import {chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {sharedFolder} from '../shared-folder.ts';
import {corpus} from './corpus.ts';

const recorded = join(sharedFolder, 'fixtures/boots/S05-s3-access-denied');

type Entry = Readonly<Record<string, unknown>>;

/** Copies the recording to `folder` and lets its app and its services speak the corpus; `extra` comes in too. */
export const writeHostileRecording = (folder: string, extra: readonly string[] = []): void => {
	const texts = [...extra, ...corpus.map(({text}) => text)];
	let next = 0;
	writeRecording(folder, entry => {
		// What the manager says makes the boot; everything else is a box's to choose.
		if (entry['_PID'] === '1' || entry['_TRANSPORT'] === 'kernel') return [entry];
		const awkward = (texts[next++ % texts.length] ?? '').toWellFormed();
		return [
			{...entry, MESSAGE: awkward, ...(next % 5 === 0 ? {SYSLOG_IDENTIFIER: awkward.slice(0, 60)} : {})},
		];
	});
	const console = join(folder, 'console.log');
	writeFileSync(
		console,
		readFileSync(console, 'utf8') + corpus.map(({text}) => `${text.slice(0, 500)}\n`).join(''),
	);
};

/** Copies the recording to `folder` with each journal entry as `change` wants it. */
export const writeRecording = (
	folder: string,
	change: (entry: Entry, index: number) => readonly Entry[],
): void => {
	mkdirSync(folder, {recursive: true});
	cpSync(recorded, folder, {recursive: true});
	for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
		const path = join(folder, name);
		chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
	}
	const journal = join(folder, 'journalctl-b-o-json.jsonl.gz');
	const entries = gunzipSync(readFileSync(journal))
		.toString('utf8')
		.split('\n')
		.filter(line => line !== '')
		.map(line => JSON.parse(line) as Entry);
	const changed = entries.flatMap(change).map(entry => JSON.stringify(entry));
	writeFileSync(journal, gzipSync(changed.join('\n')));
};
