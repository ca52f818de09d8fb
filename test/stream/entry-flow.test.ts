import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {createRedactor} from '../../src/base/redact.ts';
import {createJournalReader} from '../../src/journal/journal-reader.ts';
import {createEntryFlow} from '../../src/stream/entry-flow.ts';
import type {StreamEvent} from '../../src/stream/types.ts';
import {sharedFolder} from '../shared-folder.ts';

const flowOf = (text: string) => {
	const events: StreamEvent[] = [];
	const flow = createEntryFlow({
		push: event => events.push(event),
		redactor: createRedactor(),
		spool: undefined,
		shortId: '7e20',
		processClock: {now: () => 0},
	});
	flow.lines(createJournalReader().push(Buffer.from(text)));
	return events;
};
const recorded = readFileSync(join(sharedFolder, 'fixtures/boots/S10-noisy/journald-own.jsonl'), 'utf8');
/** No recording holds the notice (it comes with a unit's next message only): journald's own line, changed as it reads. */
const notice = JSON.stringify({
	...(JSON.parse(recorded.split('\n')[0] ?? '') as object),
	MESSAGE_ID: 'a596d6fe7bfa4994828e72309e95d61e',
	MESSAGE: 'Suppressed 3000 messages from chatty.service',
	N_DROPPED: '3000',
	OBJECT_SYSTEMD_UNIT: 'chatty.service',
});

test('what journald says it dropped is counted as lost, and its words are a line like any other', () => {
	const events = flowOf(`${notice}\n`);
	const [entries, lost] = events;
	expect(entries?.kind === 'entries' && entries.entries.length).toBe(1);
	expect(lost).toEqual({
		kind: 'lost',
		lines: 3000,
		why: 'on the box: Suppressed 3000 messages from chatty.service',
	});
});

test('X4 the same words from any other process count for nothing', () => {
	const forged = JSON.stringify({
		...(JSON.parse(notice) as object),
		_TRANSPORT: 'journal',
		N_DROPPED: '999999',
	});
	expect(flowOf(`${forged}\n`).map(({kind}) => kind)).toEqual(['entries']);
});

test('a line that is no entry is said to be lost, never dropped in silence', () => {
	expect(flowOf('Hint: you are not root\n')).toEqual([
		{kind: 'lost', lines: 1, why: 'not an entry: Hint: you are not root'},
	]);
});
