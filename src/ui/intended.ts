/** Strays that this user marked as intended: out of the lists here, and nowhere else. Known by group and reason. */
import {join} from 'node:path';
import {encodeJson} from '../base/json.ts';
import {checkOwnFolder, ensureOwnFolder, readOwnFile, writeAtomic} from '../base/safe-files.ts';
import type {GroupView} from '../groups/types.ts';

export type Intended = {
	/** The group without the suspensions that are meant to be. The same object where there are none. */
	readonly without: (view: GroupView) => GroupView;
	readonly add: (arn: string, strays: GroupView['strays']) => Promise<void>;
};

const fileName = 'intended.json';
const most = 1000;

export const createIntended = (stateFolder: string, changed: () => void): Intended => {
	let known: ReadonlySet<string> = new Set();
	let views = new WeakMap<GroupView, GroupView>();
	// A file that cannot be read, or is not ours, marks nothing: strays then stay in sight.
	read(stateFolder).then(
		keys => {
			known = new Set([...keys, ...known]);
			changed();
		},
		() => changed(),
	);
	return {
		without: view => {
			if (known.size === 0 || view.strays.length === 0) return view;
			const strays = view.strays.filter(stray => !known.has(keyOf(view.group.arn, stray)));
			if (strays.length === view.strays.length) return view;
			const made = views.get(view) ?? {...view, strays, state: calmed(view, strays.length)};
			views.set(view, made);
			return made;
		},
		add: async (arn, strays) => {
			known = new Set([...known, ...strays.map(stray => keyOf(arn, stray))].slice(-most));
			views = new WeakMap();
			await ensureOwnFolder(stateFolder);
			await writeAtomic(stateFolder, fileName, `${encodeJson([...known])}\n`);
			changed();
		},
	};
};

const keyOf = (arn: string, {process, reason}: GroupView['strays'][number]): string =>
	`${arn} ${process} ${reason}`;

const calmed = ({state}: GroupView, strays: number): GroupView['state'] =>
	state === 'stray' && strays === 0 ? 'calm' : state;

const read = async (folder: string): Promise<readonly string[]> => {
	if (!(await checkOwnFolder(folder))) return [];
	const text = await readOwnFile(join(folder, fileName));
	const value: unknown = text === undefined ? [] : parse(text);
	return Array.isArray(value) ? value.filter(one => typeof one === 'string').slice(-most) : [];
};

const parse = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return [];
		throw error;
	}
};
