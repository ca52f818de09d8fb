/** ctrl-s: the lines the log's filter leaves, without borders and colours, into a file of this user alone. */
import {join} from 'node:path';
import {ensureOwnFolder, openExclusive} from '../base/safe-files.ts';
import {segment} from '../base/segment.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {fromHome} from './format.ts';
import {storeOf} from './keys/log-moves.ts';
import {clockOf} from './screens/log-line.ts';
import type {Ui} from './ui.ts';

const batch = 2000;

export const saveRows = async (ui: Ui): Promise<void> => {
	const store = storeOf(ui);
	const group = ui.model().place.group;
	if (store === null || group === null) return ui.toast(ours`nothing to save`);
	const boxes = store.boxes();
	const {clock} = ui.state().logs;
	const end = store.end();
	try {
		const folder = await ensureOwnFolder(join(ui.settings.paths.state, 'saved'));
		const time = new Date(ui.model().now).toISOString().replaceAll(/[:.]/g, '').slice(0, 15);
		const path = join(folder, `${segment(hostile(group), hostile(group))}-${time}.log`);
		const file = await openExclusive(path);
		let lines = 0;
		try {
			for (let from = store.first(); from < end; from += batch) {
				const text = store.rows(from, Math.min(batch, end - from)).map(record => {
					if (record.kind === 'mark') return ours`--- ${shown(record.text)}`;
					const {entry, box} = record;
					const id = shown(hostile((boxes[box] ?? '').slice(-4)));
					return ours`${clockOf(entry, clock, null)} ${id} ${shown(entry.unit === '' ? entry.identifier : entry.unit)} ${shown(entry.message)}`;
				});
				lines += text.length;
				await file.write(`${text.join('\n')}\n`);
			}
		} finally {
			await file.close();
		}
		ui.toast(ours`saved ${lines} lines to ${shown(hostile(fromHome(path, ui.environment['HOME'])))}`);
	} catch (error) {
		ui.toast(ours`not saved: ${shown(hostile(error instanceof Error ? error.message : String(error)))}`);
	}
};
