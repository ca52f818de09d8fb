/** The keys of the config file, and what each may hold. */
import type {Preset, Settings} from './settings.ts';

export type ConfigValues = {
	readonly profile?: string;
	readonly region?: string;
	readonly readOnly?: boolean;
	readonly preset?: Preset;
	readonly leaseMinutes?: number;
	readonly lingerMinutes?: number;
	readonly denyNoFuse?: boolean;
	readonly fuseRoleArn?: string;
	readonly notify?: readonly string[];
	readonly units?: Settings['units'];
	readonly theme?: NonNullable<Settings['theme']>;
	readonly keys?: Settings['keys'];
	readonly spoolMaxMegabytes?: number;
	readonly redact?: readonly string[];
	readonly transport?: Settings['transport'];
};

type Rule = {
	readonly accepts: (value: unknown) => boolean;
	/** Completes `"key" must be …`. */
	readonly wants: string;
};

const isText = (value: unknown): value is string =>
	typeof value === 'string' && value !== '' && !/[\u0000-\u001f\u007f-\u009f]/.test(value);
const isTextList = (value: unknown): value is readonly string[] =>
	Array.isArray(value) && value.every(isText);
const isTable = (value: unknown, accepts: (value: unknown) => boolean) =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(accepts);
const text: Rule = {accepts: isText, wants: 'a text of printable characters'};
const yesOrNo: Rule = {accepts: value => typeof value === 'boolean', wants: 'true or false'};
const oneOf = (...words: readonly string[]): Rule => ({
	accepts: value => typeof value === 'string' && words.includes(value),
	wants: `one of ${words.map(word => `"${word}"`).join(', ')}`,
});
const between = (least: number, most: number, unit: string): Rule => ({
	accepts: value => typeof value === 'number' && value >= least && value <= most,
	wants: `a number of ${unit} from ${least} to ${most}`,
});

export const configRules = {
	profile: text,
	region: {
		accepts: value => typeof value === 'string' && /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(value),
		wants: 'the name of a region, like "eu-west-1"',
	},
	readOnly: yesOrNo,
	preset: oneOf('freeze', 'no-replace', 'quiet'),
	leaseMinutes: between(5, 60, 'minutes'),
	lingerMinutes: between(0, 60, 'minutes'),
	denyNoFuse: yesOrNo,
	fuseRoleArn: {
		accepts: value => typeof value === 'string' && /^arn:[a-z-]+:iam::\d{12}:role\/\S{1,512}$/.test(value),
		wants: 'the ARN of a role',
	},
	notify: {
		accepts: value => isTextList(value) && value.length > 0,
		wants: 'a command as a list of words, without a shell, like ["notify-send", "unflap"]',
	},
	units: {
		accepts: value => isTable(value, isTextList),
		wants: 'an object from group name patterns to lists of units',
	},
	theme: oneOf('dark', 'light', 'contrast', 'terminal'),
	keys: {accepts: value => isTable(value, isText), wants: 'an object from actions to keys'},
	spoolMaxMegabytes: between(0, 1_000_000, 'megabytes'),
	redact: {
		accepts: value => isTextList(value) && value.every(isPattern),
		wants:
			'a list of regular expressions: 200 characters at most, no repeated repetition like (a+)+, no match of nothing',
	},
	transport: oneOf('native', 'plugin'),
} satisfies Record<keyof ConfigValues, Rule>;

/**
 * These run on every line: a group that repeats what repeats, or a reference back, can take for ever on a line made for
 * it, so neither is accepted.
 */
const isPattern = (source: string) => {
	if (source.length > 200 || /[+*}]\)[+*{]|\\[1-9k]/.test(source)) return false;
	try {
		return !new RegExp(source, 'u').test('');
	} catch {
		return false;
	}
};
