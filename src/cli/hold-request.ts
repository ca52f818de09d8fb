/** The arguments of `unflap hold` as a request; everything wrong with them is exit 2, before any call. */
import type {ScalingProcess} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Settings} from '../base/settings.ts';
import {holdTimeBounds, parseHoldTime} from '../hold/hold-time.ts';
import {isScalingProcess, presetProcesses, scalingProcesses} from '../hold/processes.ts';
import type {HoldRequest, Preset} from '../hold/types.ts';
import type {CommandArgs} from './command.ts';

const presets: readonly Preset[] = ['freeze', 'no-replace', 'quiet'];

export const readHoldRequest = ({positionals, flags}: CommandArgs, settings: Settings): HoldRequest => {
	const [group, ...more] = positionals;
	if (group === undefined || group === '' || more.length > 0)
		throw usage('hold takes the exact name of one group', ['unflap hold web-prod --for 30m']);
	if (flags['preset'] !== undefined && flags['processes'] !== undefined)
		throw usage('--preset and --processes cannot be given together', ['give one of them']);
	const preset = flags['processes'] === undefined ? readPreset(flags['preset'] ?? settings.preset) : 'custom';
	const processes = preset === 'custom' ? readProcesses(String(flags['processes'])) : presetProcesses(preset);
	const net = flags['no-fuse'] === true ? 'none' : 'fuse';
	const forSeconds = readFor(String(flags['for'] ?? (net === 'none' ? '15m' : '60m')));
	if (net === 'none') checkWithoutFuse({processes, forSeconds}, settings);
	return {group, preset, processes, forSeconds, reason: String(flags['reason'] ?? ''), net};
};

const longestWithoutFuseSeconds = 15 * 60;
const shortestWithoutFuseSeconds = 3 * 60;

/** Nothing in AWS ends such a hold, so it is short, and launches go on. */
const checkWithoutFuse = (
	{processes, forSeconds}: Pick<HoldRequest, 'processes' | 'forSeconds'>,
	settings: Settings,
): void => {
	if (settings.denyNoFuse)
		throw new UnflapError('refused', 'The config allows no hold without a fuse (denyNoFuse)', {
			meaning: 'Nothing in AWS would resume the group if this machine died. Nothing was changed.',
			next: [
				'leave --no-fuse out',
				'unflap doctor says what a fuse needs here',
				'unflap info says where denyNoFuse is set',
			],
		});
	if (processes.includes('Launch'))
		throw usage('--no-fuse does not go with quiet: launches left suspended would empty the group', [
			'leave --no-fuse out, or hold with freeze',
		]);
	if (forSeconds < shortestWithoutFuseSeconds)
		throw usage('--no-fuse holds for 3 minutes at least: nothing is suspended in the last two of a lease', [
			'for example --no-fuse --for 15m',
		]);
	if (forSeconds > longestWithoutFuseSeconds)
		throw usage('--no-fuse holds for 15 minutes at most', ['for example --no-fuse --for 15m']);
};

const readPreset = (value: unknown): Preset => {
	const preset = presets.find(name => name === value);
	if (preset === undefined)
		throw usage(`There is no preset "${String(value)}"`, [`one of ${presets.join(', ')}, one-patient`]);
	return preset;
};

const readProcesses = (text: string): readonly ScalingProcess[] => {
	const names = text
		.split(',')
		.map(name => name.trim())
		.filter(name => name !== '');
	const unknown = names.filter(name => !isScalingProcess(name));
	if (unknown.length > 0 || names.length === 0)
		throw usage(`--processes has no process "${unknown[0] ?? ''}"`, [
			`known: ${scalingProcesses.join(', ')}`,
		]);
	return scalingProcesses.filter(process => names.includes(process));
};

/** `90s`, `45m`, `2h`, or `1h30m`; at most four hours. */
export const readFor = (text: string): number => {
	const seconds = parseHoldTime(text);
	if (seconds === null) throw usage(`--for ${text} is no time ${holdTimeBounds}`, ['for example --for 45m']);
	return seconds;
};

const usage = (message: string, next: readonly string[]): UnflapError =>
	new UnflapError('usage', message, {next});
