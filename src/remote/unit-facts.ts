/** `systemctl show` to facts. Facts: journald.md sections 5 to 7. */
import type {UnitFacts} from './types.ts';

const maxUnits = 5000;
const maxNames = 2000;

/** Blocks of `Property=value` with an empty line between units. A block that was cut short counts as far as it came. */
export const parseSystemctlShow = (text: string): readonly UnitFacts[] =>
	text
		.split(/\n\s*\n/)
		.slice(0, maxUnits)
		.map(factsOf)
		.filter(facts => facts !== null);

const factsOf = (block: string): UnitFacts | null => {
	const values = new Map<string, string>();
	for (const line of block.split('\n')) {
		const at = line.indexOf('=');
		if (at > 0 && !values.has(line.slice(0, at))) values.set(line.slice(0, at), line.slice(at + 1));
	}
	const text = (property: string) => values.get(property) ?? '';
	if (text('Id') === '') return null;
	const number = (property: string) => numberOf(text(property));
	const names = (property: string) => namesOf(text(property));
	return {
		id: text('Id'),
		loadState: text('LoadState'),
		activeState: text('ActiveState'),
		subState: text('SubState'),
		result: text('Result'),
		type: text('Type'),
		restart: text('Restart'),
		execMainCode: number('ExecMainCode'),
		execMainStatus: number('ExecMainStatus'),
		execStart: text('ExecStart'),
		restarts: number('NRestarts'),
		conditionResult: conditionOf(text('ConditionResult')),
		conditionAtUs: number('ConditionTimestampMonotonic'),
		inactiveExitUs: number('InactiveExitTimestampMonotonic'),
		activeEnterUs: number('ActiveEnterTimestampMonotonic'),
		activeExitUs: number('ActiveExitTimestampMonotonic'),
		inactiveEnterUs: number('InactiveEnterTimestampMonotonic'),
		requires: names('Requires'),
		wants: names('Wants'),
		bindsTo: names('BindsTo'),
		after: names('After'),
		fragmentPath: text('FragmentPath'),
		unitFileState: text('UnitFileState'),
	};
};

/** 0 for absent, negative, or beyond what a number holds exactly: systemd says 0 for "never" itself. */
const numberOf = (text: string) => {
	const value = /^\d{1,16}$/.test(text) ? Number(text) : 0;
	return Number.isSafeInteger(value) ? value : 0;
};

const namesOf = (text: string) => text.split(' ').filter(Boolean).slice(0, maxNames);

const conditionOf = (text: string) => (text === 'yes' ? true : text === 'no' ? false : null);
