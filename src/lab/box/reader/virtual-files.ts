/** The files of a box that runs without namespaces: texts made by the lab, never files of the host. */
import {memoryOf, memoryText} from '../box-world.ts';
import type {PlayedBox} from '../played-box.ts';

type VirtualFile = (box: PlayedBox) => string;

const dashed = (id: string) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export const virtualFiles: ReadonlyMap<string, VirtualFile> = new Map<string, VirtualFile>([
	['/proc/uptime', box => `${box.uptimeSeconds().toFixed(2)} ${box.uptimeSeconds().toFixed(2)}\n`],
	['/proc/sys/kernel/random/boot_id', box => `${dashed(box.boots().at(-1)?.bootId ?? '0'.repeat(32))}\n`],
	['/proc/meminfo', box => memoryText(memoryOf(box))],
	['/etc/hostname', box => `${box.hostname}\n`],
	['/etc/machine-id', box => `${box.machineId}\n`],
	[
		'/etc/os-release',
		() =>
			'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
	],
	['/etc/passwd', () => 'root:x:0:0:root:/root:/bin/sh\nssm-user:x:1001:1001::/home/ssm-user:/bin/sh\n'],
]);
