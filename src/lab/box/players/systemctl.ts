/** systemctl of a lab box: reads only, as far as lab time has come. Facts: journald.md sections 1, 2 and 6. */
import {textOf} from '../life.ts';
import type {PlayedBox} from '../played-box.ts';
import {unitName} from './journalctl-query.ts';
import {
	OptionError,
	type OptionTable,
	type ParsedOptions,
	type Player,
	type PlayerCall,
	parseOptions,
	refuseOption,
} from './player.ts';
import {jobVerbs} from './systemctl-jobs.ts';

type Verb = (
	call: PlayerCall,
	options: ParsedOptions,
	operands: readonly string[],
) => Promise<number> | number;

export const systemctl: Player = async call => {
	try {
		const options = parseOptions(call.args, table, aliases);
		if (options.values.has('version')) {
			await call.io.write('systemd 252 (252.39-1~deb12u2)\n');
			return 0;
		}
		const [name = 'list-units', ...operands] = options.operands;
		const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
		if (verb !== undefined) return await verb(call, options, operands);
		call.io.complain(`systemctl: '${name}' is not played: a lab box follows its recording\n`);
		return 1;
	} catch (error) {
		if (error instanceof OptionError) return refuseOption('systemctl', error.message, call.io);
		throw error;
	}
};

const table: OptionTable = {
	property: 'value',
	value: 'flag',
	all: 'flag',
	full: 'flag',
	plain: 'flag',
	'no-legend': 'flag',
	legend: 'value',
	'no-pager': 'flag',
	'no-ask-password': 'flag',
	type: 'value',
	state: 'value',
	failed: 'flag',
	output: 'value',
	quiet: 'flag',
	version: 'flag',
	system: 'flag',
	'no-block': 'flag',
};
const aliases = {p: 'property', a: 'all', l: 'full', t: 'type', o: 'output', q: 'quiet'};

const factsOf = (box: PlayedBox, unit: string): ReadonlyMap<string, string> => {
	const boot = box.boots().at(-1);
	const direct = boot?.unitFacts(unit);
	if (boot === undefined || (direct !== undefined && direct.size > 0)) return direct ?? new Map();
	const alias = boot.unitNames.find(name =>
		(boot.unitFacts(name).get('Names') ?? '').split(' ').includes(unit),
	);
	return alias === undefined ? new Map() : boot.unitFacts(alias);
};

const unitNames = (box: PlayedBox): readonly string[] => box.boots().at(-1)?.unitNames ?? [];

const show: Verb = async ({box, io}, {values}, operands) => {
	const properties = values.get('property')?.join(',').split(',') ?? null;
	const blocks = (operands.length === 0 ? [''] : operands).map(operand => {
		const facts = operand === '' ? managerFacts(box) : shownFacts(box, unitName(operand));
		return [...facts]
			.filter(([name]) => properties === null || properties.includes(name))
			.map(([name, value]) => (values.has('value') ? `${value}\n` : `${name}=${value}\n`))
			.join('');
	});
	await io.write(blocks.join('\n'));
	return 0;
};

/** A unit nobody has heard of is shown too, as not found. */
const shownFacts = (box: PlayedBox, unit: string): ReadonlyMap<string, string> => {
	const facts = factsOf(box, unit);
	if (facts.size > 0) return facts;
	return new Map([
		['Id', unit],
		['Names', unit],
		['Description', unit],
		['LoadState', 'not-found'],
		['ActiveState', 'inactive'],
		['SubState', 'dead'],
		['Result', 'success'],
		['NRestarts', '0'],
		['InactiveExitTimestampMonotonic', '0'],
		['ActiveEnterTimestampMonotonic', '0'],
		['ActiveExitTimestampMonotonic', '0'],
		['InactiveEnterTimestampMonotonic', '0'],
		['ConditionResult', 'no'],
	]);
};

const managerFacts = (box: PlayedBox): ReadonlyMap<string, string> =>
	new Map([
		['Version', '252.39-1~deb12u2'],
		['SystemState', systemState(box)],
		['NFailedUnits', String(unitsIn(box, 'failed').length)],
		['NJobs', String(jobs(box).length)],
	]);

const unitsIn = (box: PlayedBox, state: string) =>
	unitNames(box).filter(name => factsOf(box, name).get('ActiveState') === state);

const startupFinished = 'b07a249cd024414a82dd00cd181378ff';

const isBooted = (box: PlayedBox): boolean => {
	const boot = box.boots().at(-1);
	if (boot === undefined) return false;
	const end = boot.entries.findIndex(({recorded}) => textOf(recorded['MESSAGE_ID']) === startupFinished);
	return end >= 0 && end < box.visible(boot);
};

const systemState = (box: PlayedBox) =>
	isBooted(box) ? (unitsIn(box, 'failed').length > 0 ? 'degraded' : 'running') : 'starting';

const isSystemRunning: Verb = async ({box, io}) => {
	const state = systemState(box);
	await io.write(`${state}\n`);
	return state === 'running' ? 0 : 1;
};

const isActive: Verb = async ({box, io}, {values}, operands) => {
	const states = operands.map(operand => factsOf(box, unitName(operand)).get('ActiveState') ?? 'inactive');
	if (!values.has('quiet')) await io.write(states.map(state => `${state}\n`).join(''));
	return states.includes('active') ? 0 : 3;
};

const isFailed: Verb = async ({box, io}, {values}, operands) => {
	const states = operands.map(operand => factsOf(box, unitName(operand)).get('ActiveState') ?? 'inactive');
	if (!values.has('quiet')) await io.write(states.map(state => `${state}\n`).join(''));
	return states.includes('failed') ? 0 : 1;
};

const listUnits: Verb = async ({box, io}, {values}, operands) => {
	const types = values.get('type')?.join(',').split(',') ?? null;
	const states = values.has('failed') ? ['failed'] : (values.get('state')?.join(',').split(',') ?? null);
	const rows = unitNames(box)
		.map(name => ({name, facts: factsOf(box, name)}))
		.filter(
			({name, facts}) =>
				(types === null || types.includes(name.slice(name.lastIndexOf('.') + 1))) &&
				(states === null ||
					states.some(state => [facts.get('ActiveState'), facts.get('SubState')].includes(state))) &&
				(operands.length === 0 || operands.map(unitName).includes(name)) &&
				(values.has('all') ||
					states !== null ||
					facts.get('ActiveState') !== 'inactive' ||
					facts.get('Job') !== '0'),
		)
		.map(({name, facts}) => unitRow(name, facts));
	if (values.get('output')?.at(-1) === 'json') await io.write(`${JSON.stringify(rows)}\n`);
	else await io.write(unitTable(rows, values.has('no-legend') || values.get('legend')?.at(-1) === 'false'));
	return 0;
};

const unitRow = (unit: string, facts: ReadonlyMap<string, string>) => ({
	unit,
	load: facts.get('LoadState') ?? 'loaded',
	active: facts.get('ActiveState') ?? 'inactive',
	sub: facts.get('SubState') ?? 'dead',
	description: facts.get('Description') ?? unit,
});

type UnitRow = ReturnType<typeof unitRow>;

const unitTable = (rows: readonly UnitRow[], isBare: boolean): string => {
	const columns = ['unit', 'load', 'active', 'sub'] as const;
	const widths = columns.map(column =>
		Math.max(isBare ? 0 : column.length, ...rows.map(row => row[column].length)),
	);
	const line = (row: Readonly<Record<keyof UnitRow, string>>) =>
		`${columns.map((column, index) => row[column].padEnd(widths[index] ?? 0)).join(' ')} ${row.description}\n`;
	const body = rows.map(line).join('');
	if (isBare) return body;
	const head = line({unit: 'UNIT', load: 'LOAD', active: 'ACTIVE', sub: 'SUB', description: 'DESCRIPTION'});
	return `${head}${body}\n${rows.length} loaded units listed.\n`;
};

type Job = {readonly unit: string; readonly state: 'running' | 'waiting'};

/** Running: units that start now. Waiting: units that the recording starts, or cancels, later in this boot. */
const jobs = (box: PlayedBox): readonly Job[] => {
	const isOver = isBooted(box);
	const boot = box.boots().at(-1);
	const visible = boot === undefined ? 0 : box.visible(boot);
	const later = new Set(boot?.entries.slice(visible).map(({recorded}) => textOf(recorded['UNIT'])));
	return unitNames(box).flatMap((unit): Job[] => {
		const facts = factsOf(box, unit);
		if (facts.get('ActiveState') === 'activating') return [{unit, state: 'running'}];
		const isIdle =
			facts.get('ActiveState') === 'inactive' && facts.get('InactiveExitTimestampMonotonic') === '0';
		return isIdle && !isOver && later.has(unit) ? [{unit, state: 'waiting'}] : [];
	});
};

const listJobs: Verb = async ({box, io}, {values}) => {
	const all = jobs(box);
	const bare = values.has('no-legend') || values.get('legend')?.at(-1) === 'false';
	if (all.length === 0) {
		if (!bare) await io.write('No jobs running.\n');
		return 0;
	}
	const width = Math.max(4, ...all.map(({unit}) => unit.length));
	const rows = all.map(
		({unit, state}, index) => `${String(index + 76).padEnd(3)} ${unit.padEnd(width)} start ${state}\n`,
	);
	await io.write(
		`${bare ? '' : `JOB ${'UNIT'.padEnd(width)} TYPE  STATE\n`}${rows.join('')}${bare ? '' : `\n${all.length} jobs listed.\n`}`,
	);
	return 0;
};

const cat: Verb = async ({box, io}, _options, operands) => {
	for (const operand of operands) {
		const unit = unitName(operand);
		const paths = unitFolders
			.flatMap(folder => box.files.names(folder))
			.filter(path => path.endsWith(`/${unit}`) || path.includes(`/${unit}.d/`));
		if (paths.length === 0) {
			io.complain(`No files found for ${unit}.\n`);
			return 1;
		}
		for (const path of paths)
			await io.write(`# ${path}\n${box.files.read(path)?.content.toString('utf8') ?? ''}\n`);
	}
	return 0;
};

const unitFolders = [
	'/etc/systemd/system',
	'/run/systemd/system',
	'/lib/systemd/system',
	'/usr/lib/systemd/system',
];

const status: Verb = async ({box, io}, _options, operands) => {
	for (const operand of operands) {
		const facts = shownFacts(box, unitName(operand));
		await io.write(
			[
				`${facts.get('ActiveState') === 'failed' ? '×' : '●'} ${facts.get('Id')} - ${facts.get('Description')}`,
				`     Loaded: ${facts.get('LoadState')} (${facts.get('FragmentPath') ?? ''})`,
				`     Active: ${facts.get('ActiveState')} (${facts.get('SubState')}) Result: ${facts.get('Result')}`,
				'',
			].join('\n'),
		);
	}
	return operands.every(operand => factsOf(box, unitName(operand)).get('ActiveState') === 'active') ? 0 : 3;
};

const verbs: Readonly<Record<string, Verb>> = {
	show,
	cat,
	status,
	'list-units': listUnits,
	'list-jobs': listJobs,
	'is-system-running': isSystemRunning,
	'is-active': isActive,
	'is-failed': isFailed,
	...jobVerbs,
};
