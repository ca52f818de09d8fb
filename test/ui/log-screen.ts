/** The log as keys and the painter see it, without a terminal. */
import {createLogStore} from '../../src/stream/log-store.ts';
import type {AppState, LogView} from '../../src/ui/app-state.ts';
import {find, perform} from '../../src/ui/keys/action.ts';
import {logKeys} from '../../src/ui/keys/log-keys.ts';
import {applyLogView, moveInLog} from '../../src/ui/keys/log-moves.ts';
import {moveOf} from '../../src/ui/keys/moves.ts';
import type {Model} from '../../src/ui/model.ts';
import {paintScreen} from '../../src/ui/screen.ts';
import type {Ui} from '../../src/ui/ui.ts';
import {aModel, entry, idOf, processClock, settings} from './fakes.ts';
import {linesOf} from './painted.ts';

export const logScreen = (messages: readonly string[]) => {
	const store = createLogStore({flushMs: 1});
	store.box(idOf(1));
	store.append(
		0,
		messages.map(message => entry(message)),
	);
	store.setFilter({});
	let state: AppState = aModel({place: {screen: 'logs'}}).state;
	const model = (): Model => ({...aModel({place: {screen: 'logs'}, store}), state});
	const geometry = () =>
		paintScreen(model(), {entries: [], last: {keys: 'q' as never, label: 'q' as never}}).geometry;
	const copies: string[] = [];
	const toasts: string[] = [];
	const ui: Ui = {
		state: () => state,
		set: part => {
			state = {...state, ...part};
		},
		model,
		geometry,
		services: () => null,
		settings,
		processClock,
		environment: {},
		toast: text => toasts.push(text),
		write: bytes => {
			copies.push(Buffer.from(/52;c;([^\u0007]*)/.exec(bytes)?.[1] ?? '', 'base64').toString());
		},
		repaint: () => undefined,
		leave: () => undefined,
		suspend: () => undefined,
	} as Partial<Ui> as Ui;
	const press = (...keys: readonly string[]) => {
		for (const key of keys) {
			const action = find(logKeys, key);
			if (action === undefined) moveInLog(ui, moveOf(key));
			else perform(ui, action, key);
		}
	};
	const view = (part: Partial<LogView>) => {
		ui.set({logs: {...state.logs, ...part}});
		applyLogView(ui);
	};
	const body = () =>
		linesOf(model())
			.slice(2, -2)
			.filter(line => /[a-z]/.test(line));
	return {
		store,
		ui,
		press,
		view,
		body,
		model,
		copies,
		toasts,
		current: () => body().find(line => line.startsWith('│▸')),
	};
};
