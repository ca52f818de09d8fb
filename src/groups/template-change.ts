/** What the version of the launch template that a group launches from has changed: setting by setting, against the one before. */
import {AwsCallError} from '../aws/call-error.ts';
import type {Aws, CallOptions, Group, TemplateVersion} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

export type TemplateChange = {
	readonly template: Hostile;
	readonly version: number;
	/** The version it is compared with. */
	readonly before: number;
	readonly createdAt: AwsMs | null;
	readonly createdBy: Hostile | null;
	/** In the order of their names; user data last. */
	readonly differences: readonly TemplateDifference[];
};

/** Null: the version did not set it. */
export type TemplateDifference = {
	readonly what: Hostile;
	readonly before: Hostile | null;
	readonly after: Hostile | null;
};

/** Null where the group has no template, or its version has none before it that still exists. */
export const readTemplateChange = async (
	aws: Pick<Aws, 'polling'>,
	{template}: Pick<Group, 'template'>,
	options: CallOptions = {},
): Promise<TemplateChange | null> => {
	if (template === null) return null;
	const [after] = await aws.polling.templateVersions(template.name, [template.version], options);
	if (after === undefined || after.version <= 1) return null;
	const [before] = await existing(
		aws.polling.templateVersions(template.name, [String(after.version - 1)], options),
	);
	return before === undefined ? null : templateChange(template.name, before, after);
};

/** A version that somebody has deleted cannot be compared with. */
const existing = async (read: Promise<readonly TemplateVersion[]>): Promise<readonly TemplateVersion[]> => {
	try {
		return await read;
	} catch (error) {
		if (error instanceof AwsCallError && error.code === 'InvalidLaunchTemplateId.VersionNotFound') return [];
		throw error;
	}
};

export const templateChange = (
	template: Hostile,
	before: TemplateVersion,
	after: TemplateVersion,
): TemplateChange => ({
	template,
	version: after.version,
	before: before.version,
	createdAt: after.createdAt,
	createdBy: after.createdBy,
	differences: [...settingDifferences(before, after), ...userDataDifferences(before, after)],
});

const settingDifferences = (before: TemplateVersion, after: TemplateVersion): readonly TemplateDifference[] =>
	[...new Set([...before.settings.keys(), ...after.settings.keys()])]
		.toSorted()
		.map(what => ({
			what,
			before: before.settings.get(what) ?? null,
			after: after.settings.get(what) ?? null,
		}))
		.filter(one => one.before !== one.after);

/** The lines between the common beginning and the common end. */
const userDataDifferences = (
	before: TemplateVersion,
	after: TemplateVersion,
): readonly TemplateDifference[] => {
	if (before.userData === after.userData) return [];
	const [old, fresh] = [linesOf(before.userData), linesOf(after.userData)];
	const shorter = Math.min(old.length, fresh.length);
	let head = 0;
	while (head < shorter && old[head] === fresh[head]) head++;
	let tail = 0;
	while (tail < shorter - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
	const part = (lines: readonly Hostile[]): Hostile | null =>
		lines.length - tail <= head ? null : lines.slice(head, lines.length - tail).join('\n');
	return [{what: `user data from line ${head + 1}`, before: part(old), after: part(fresh)}];
};

const linesOf = (text: Hostile | null): readonly Hostile[] => (text === null ? [] : text.split('\n'));

const nearMs = 3_600_000;

/** How long before the flapping began the version was made; null: not within the hour before. */
export const secondsBeforeOnset = ({createdAt}: TemplateChange, since: AwsMs | null): number | null => {
	if (createdAt === null || since === null || createdAt > since || since - createdAt > nearMs) return null;
	return Math.round((since - createdAt) / 1000);
};
