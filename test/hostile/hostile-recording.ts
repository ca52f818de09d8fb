/** A recorded boot in which everything a box may say is awkward, for `lab --scenario DIR`. State stays as recorded. */
import {chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {sharedFolder} from '../shared-folder.ts';
import {corpus} from './corpus.ts';

const recorded = join(sharedFolder, 'fixtures/boots/S05-s3-access-denied');

/** Copies the recording to `folder` and lets its app and its services speak the corpus; `extra` comes in too. */
export const writeHostileRecording = (folder: string, extra: readonly string[] = []): void => {
	mkdirSync(folder, {recursive: true});
	cpSync(recorded, folder, {recursive: true});
	for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
		const path = join(folder, name);
		chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
	}
	const journal = join(folder, 'journalctl-b-o-json.jsonl.gz');
	writeFileSync(journal, gzipSync(hostileJournal(gunzipSync(readFileSync(journal)).toString('utf8'), extra)));
	const console = join(folder, 'console.log');
	writeFileSync(
		console,
		readFileSync(console, 'utf8') + corpus.map(({text}) => `${text.slice(0, 500)}\n`).join(''),
	);
};

const hostileJournal = (text: string, extra: readonly string[]) => {
	const texts = [...extra, ...corpus.map(each => each.text)];
	let next = 0;
	return text
		.split('\n')
		.filter(line => line !== '')
		.map(line => {
			const entry = JSON.parse(line) as Record<string, unknown>;
			// What the manager says makes the boot; everything else is a box's to choose.
			if (entry['_PID'] === '1' || entry['_TRANSPORT'] === 'kernel') return line;
			const awkward = texts[next++ % texts.length] ?? '';
			return JSON.stringify({
				...entry,
				MESSAGE: awkward.toWellFormed(),
				...(next % 5 === 0 ? {SYSLOG_IDENTIFIER: awkward.toWellFormed().slice(0, 60)} : {}),
			});
		})
		.join('\n');
};
