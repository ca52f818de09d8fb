/** `unflap edit`: a file of a box in the user's editor, and back, whole or not at all; or a try of other user data. */
import {createProcessClock} from '../base/clock-process.ts';
import {UnflapError} from '../base/errors.ts';
import {shown} from '../base/terminal-text.ts';
import {resolveBox, resolveGroup} from '../groups/resolve.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import {checkPath, unitFileWords} from '../remote/edit-line.ts';
import {isUnitName} from '../remote/grammar.ts';
import type {EditPlace} from '../stream/edit-file.ts';
import {runCommand} from '../stream/run-command.ts';
import {reapSessions} from '../stream/session-register.ts';
import type {Command, CommandArgs} from './command.ts';
import {editFile} from './edit-box-file.ts';
import {editUserData} from './edit-user-data.ts';
import {refuseReadOnly} from './run.ts';

export const editCommand: Command = {
	name: 'edit',
	summary: 'opens a file of a box, of a unit, or its user data in $EDITOR, and puts it back whole',
	usage: 'unflap edit BOX PATH|UNIT   or   unflap edit BOX user-data [--unit UNIT]',
	example: 'unflap edit web-prod/1 /etc/app/env.sh        unflap edit web-prod/1 app.service',
	flags: {
		unit: {
			type: 'string',
			short: 'u',
			value: 'UNIT',
			help: 'with user-data: the unit that reads it, if not the one that the boot shows',
		},
		yes: {type: 'boolean', help: 'put it back without asking'},
		'with-secrets': {
			type: 'boolean',
			help: 'print the whole patch on stdout, also what looks like a secret; it is never kept so',
		},
	},
	outputs: ['text'],
	mostWords: 2,
	run: async (context, args) => {
		const wish = wishOf(args);
		refuseReadOnly(context, 'edit');
		const aws = await context.aws();
		const {settings, signal, out} = context;
		const box = await resolveBox(aws, wish.box, {signal});
		await reapSessions(settings.paths.state, aws);
		const place: EditPlace = {
			aws,
			instanceId: box.instanceId,
			processClock: createProcessClock(),
			stateFolder: settings.paths.state,
			signal,
		};
		const path = wish.what === userData ? null : await pathOf(place, wish.what);
		const group = box.group === '' ? null : await resolveGroup(aws, box.group, {exact: true});
		if (group !== null)
			out.note(shown((await readBlastRadius(aws, {group, instanceId: box.instanceId})).says));
		if (path === null) return editUserData(context, {...wish, aws, place, box, group});
		const end = await editFile(context, place, {...wish, box, path, name: path});
		return end.kind === 'written' ? 0 : end.code;
	},
};

/** What it is called where a PATH or a UNIT stands otherwise; a path has a slash, a unit a dot. */
const userData = 'user-data';

const pathOf = async (place: EditPlace, what: string): Promise<string> =>
	checkPath(isUnitName(what) ? await fileOfUnit(place, what) : what);

type Wish = {
	readonly box: string;
	readonly what: string;
	readonly unit: string | null;
	readonly yes: boolean;
	readonly withSecrets: boolean;
};

const wishOf = ({positionals, flags, rest}: CommandArgs): Wish => {
	const [box, what] = positionals;
	if (box === undefined || what === undefined || rest !== null)
		throw new UnflapError('usage', 'edit wants a BOX, and a PATH or a UNIT', {
			next: ['unflap edit web-prod/1 /etc/app/env.sh', 'unflap edit web-prod/1 app.service'],
		});
	const unit = typeof flags['unit'] === 'string' ? flags['unit'] : null;
	if (unit !== null && what !== userData)
		throw new UnflapError('usage', '--unit goes with user-data: a UNIT stands where the PATH stands', {
			next: [`unflap edit ${box} ${unit}`],
		});
	if (what !== userData && !isUnitName(what)) checkPath(what);
	return {box, what, unit, yes: flags['yes'] === true, withSecrets: flags['with-secrets'] === true};
};

const fileOfUnit = async (place: EditPlace, unit: string): Promise<string> => {
	let text = '';
	await runCommand({
		...place,
		argv: unitFileWords(unit),
		reason: 'unflap edit: which file',
		stdout: async bytes => {
			text += new TextDecoder().decode(bytes);
		},
		stderr: async () => undefined,
		notice: () => undefined,
	});
	const path = /^FragmentPath=(\/.*)$/m.exec(text)?.[1]?.trim();
	if (path !== undefined) return path;
	throw new UnflapError('not-found', `${place.instanceId} has no file of a unit ${unit}`, {
		next: [`unflap run ${place.instanceId} -- systemctl cat ${unit}`],
	});
};
