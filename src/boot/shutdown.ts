/** When a boot stops being one: what fails after this moment is a consequence (journald.md, section 7). */
import type {JournalEntry} from '../journal/types.ts';
import {messageIds} from './message-ids.ts';

const endTargets = new Set([
	'shutdown.target',
	'umount.target',
	'final.target',
	'poweroff.target',
	'reboot.target',
	'halt.target',
	'kexec.target',
]);
const loginTexts =
	/^(Power key pressed|System is (powering down|rebooting|halting|going down)|Powering off|Rebooting)/;

export const beginsShutdown = (entry: JournalEntry): boolean =>
	entry.fromManager ? saidByManager(entry) : saidByLogin(entry);

const saidByManager = (entry: JournalEntry): boolean => {
	const id = entry.fields.MESSAGE_ID;
	if (id === messageIds.startDone) {
		return endTargets.has(entry.unit);
	}

	// The first thing an orderly shutdown does is to leave the target of the running system.
	const leavesSystem = id === messageIds.stopDone && entry.fields.JOB_TYPE !== 'restart';
	return (leavesSystem && entry.unit === 'multi-user.target') || entry.message === 'Shutting down.';
};

/** logind hears the power button, which is how an EC2 termination begins. Root's own words alone. */
const saidByLogin = (entry: JournalEntry): boolean =>
	entry.unit === 'systemd-logind.service' &&
	(entry.fields._UID === undefined || entry.fields._UID === '0') &&
	(entry.fields.MESSAGE_ID === messageIds.shutdown ||
		entry.fields.MESSAGE_ID === messageIds.powerKey ||
		loginTexts.test(entry.message));
