/** What can be typed after `:`. Commands that change AWS take the exact name and open the same preview as the key. */
import {hostile, joinShown, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {holdTimeBounds, parseHoldTime} from '../hold/hold-time.ts';
import {probeHere, runOnBox} from './box-tasks.ts';
import {holdOrRelease} from './hold-flow.ts';
import {usualSeconds} from './lease.ts';
import {quit} from './leaving.ts';
import {goTo, openScreen} from './navigate.ts';
import {screenNames} from './place.ts';
import {openRelease} from './release-flow.ts';
import {sessionOn} from './sessions.ts';
import {row, span} from './span.ts';
import type {Ui} from './ui.ts';

export const runCommand = (ui: Ui, line: string) => {
	const [name = '', ...words] = line.trim().split(/\s+/);
	if (name === '') return;
	const screen = screenNames.find(one => one === name);
	if (screen !== undefined) return words[0] === undefined ? openScreen(ui, screen) : openGroup(ui, words[0]);
	const command = commands[name];
	if (command === undefined) return ui.toast(ours`no command ${shown(hostile(name))}: ${commandNames()}`);
	command(ui, words, line.trim().slice(name.length));
};

/** The words after the name, and the same as typed. */
type Run = (ui: Ui, words: readonly string[], rest: string) => void;

const commands: Readonly<Record<string, Run>> = {
	hold: (ui, words) => hold(ui, words),
	release: (ui, [name]) =>
		withGroup(ui, name, group => {
			const session = sessionOn(ui, group);
			if (session === undefined) ui.toast(ours`no hold of this unflap on ${shown(hostile(group))}`);
			else openRelease(ui, session, 'stay');
		}),
	run: (ui, _words, rest) => runOnBox(ui, rest),
	probe: ui => probeHere(ui),
	whoami: ui => whoAmI(ui),
	help: ui => ui.set({overlay: {kind: 'help', query: '', scroll: 0}}),
	errors: ui => ui.set({overlay: {kind: 'errors', scroll: 0}}),
	quit: ui => quit(ui),
	q: ui => quit(ui),
};

/** `:hold web-prod 45m`; of the group of the screen also `:hold 45m`, where no group is called so. */
const hold = (ui: Ui, words: readonly string[]) => {
	const [first, second] = words;
	const isGroup = (ui.model().groups ?? []).some(({group}) => group.name === first);
	const onlyTime = second === undefined && !isGroup && /^\d[\dhms]*$/.test(first ?? '');
	const [name, time] = onlyTime ? [undefined, first] : [first, second];
	const seconds = time === undefined ? usualSeconds : parseHoldTime(time);
	if (seconds === null)
		return ui.toast(ours`${shown(hostile(time ?? ''))} is no time ${shown(hostile(holdTimeBounds))}`);
	withGroup(ui, name, group => holdOrRelease(ui, group, seconds));
};

const commandNames = (): Shown =>
	joinShown(
		Object.keys(commands).map(name => shown(hostile(name))),
		ours` `,
	);

const withGroup = (ui: Ui, name: string | undefined, run: (group: string) => void) => {
	const {groups, place} = ui.model();
	const wanted = name ?? place.group;
	if (wanted === null) return ui.toast(ours`which group? The exact name`);
	if (!(groups ?? []).some(({group}) => group.name === wanted))
		return ui.toast(ours`no group is named exactly ${shown(hostile(wanted))}`);
	run(wanted);
};

const openGroup = (ui: Ui, part: string) => {
	const found = (ui.model().groups ?? []).filter(({group}) => group.name.includes(part));
	const exact = found.find(({group}) => group.name === part) ?? (found.length === 1 ? found[0] : undefined);
	if (exact === undefined)
		return ui.toast(
			ours`${shown(hostile(part))} is ${found.length === 0 ? ours`no group` : ours`part of several names`}`,
		);
	goTo(ui, {screen: 'group', group: exact.group.name, box: null});
};

const whoAmI = (ui: Ui) => {
	const {identity, facts} = ui.model();
	const line = (label: Shown, value: string | null) =>
		row(span(ours`  ${label}  `, 'dim'), span(value === null ? ours`–` : shown(hostile(value))));
	ui.set({
		overlay: {
			kind: 'message',
			title: ours`Who am I`,
			scroll: 0,
			rows: [
				line(ours`caller  `, identity?.callerArn ?? null),
				line(ours`account `, identity?.accountId ?? null),
				line(ours`region  `, facts.region),
				line(ours`profile `, facts.profile),
				line(ours`endpoint`, facts.endpoint ?? 'AWS'),
			],
		},
	});
};
