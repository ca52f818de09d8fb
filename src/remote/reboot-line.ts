/** The lines around a reboot: the order for it, and which boot runs. */
import {isBootId} from './grammar.ts';

/** As root, or by sudo; its answer, if there is one, comes before the machine goes. */
export const rebootWords = (): readonly string[] => ['sh', '-c', script];

const script = [
	'export LC_ALL=C',
	`if [ "$(id -u)" = 0 ]; then systemctl reboot; else sudo -n systemctl reboot; fi`,
].join('\n');

export const bootIdWords: readonly string[] = ['cat', '/proc/sys/kernel/random/boot_id'];

/** 32 hex digits, or null for anything else. */
export const readBootId = (text: string): string | null => {
	const id = text.trim().replaceAll('-', '');
	return isBootId(id) ? id : null;
};
