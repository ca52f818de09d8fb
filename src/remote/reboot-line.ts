/** The line that boots a box again: the answer, if there is one, comes before the box goes. */

export const rebootWords = (): readonly string[] => ['sh', '-c', script];

const script = [
	'export LC_ALL=C',
	`if [ "$(id -u)" = 0 ]; then systemctl reboot; else sudo -n systemctl reboot; fi`,
].join('\n');
