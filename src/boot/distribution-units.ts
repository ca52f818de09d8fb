/** Which units come with the operating system or the cloud, as far as a name or a path can tell. */
import type {Hostile} from '../base/text.ts';
import type {UnitFacts} from '../remote/types.ts';

/**
 * Names seen on Amazon Linux, Ubuntu, Debian and RHEL: a `-`, `@` or `.` at the end begins a family, the others are whole
 * names. Only used to guess which unit is the user's own; a wrong guess changes what is drawn first, never what failed.
 */
const familyNames = [
	...['systemd-', 'cloud-', 'getty@', 'getty-', 'serial-getty@', 'console-', 'container-getty@', 'autovt@'],
	...['initrd-', 'plymouth-', 'dracut-', 'lvm2-', 'dm-', 'dbus-', 'user@', 'user-runtime-dir@', 'modprobe@'],
	...[
		'ssh@',
		'sshd@',
		'sshd-',
		'chrony-',
		'ntp-',
		'networkd-',
		'NetworkManager-',
		'netplan-',
		'ifup@',
		'apt-',
	],
	...[
		'apport-',
		'dnf-',
		'yum-',
		'e2scrub_',
		'e2scrub@',
		'man-db',
		'dpkg-',
		'rpc-',
		'nfs-',
		'iscsi',
		'open-vm-',
	],
	...[
		'selinux-',
		'snapd.',
		'snap.',
		'snap-',
		'update-utmp',
		'update-motd',
		'unattended-upgrades',
		'motd-',
		'lxd-',
	],
	...[
		'secureboot-',
		'grub',
		'hibinit-',
		'ec2-',
		'amazon-',
		'aws-cfn-',
		'policy-routes@',
		'refresh-policy-routes@',
	],
	...[
		'rc-local',
		'first-boot',
		'emergency',
		'rescue',
		'debug-shell',
		'udev-',
		'kmod-',
		'keyboard-setup',
		'mdadm',
	],
];
const wholeNames = [
	...[
		'accounts-daemon',
		'acpid',
		'anacron',
		'apparmor',
		'apport',
		'atd',
		'auditd',
		'blk-availability',
		'chrony',
	],
	...[
		'chronyd',
		'containerd',
		'cron',
		'crond',
		'dbus',
		'dhclient',
		'dhcpcd',
		'docker',
		'exim4',
		'finalrd',
		'fstrim',
	],
	...[
		'fsidd',
		'fwupd',
		'gssproxy',
		'haveged',
		'hwclock',
		'ifupdown',
		'irqbalance',
		'kdump',
		'ldconfig',
		'logrotate',
	],
	...[
		'ModemManager',
		'multipathd',
		'network',
		'networking',
		'NetworkManager',
		'nftables',
		'nscd',
		'ntp',
		'ntpd',
	],
	...[
		'ntpdate',
		'ondemand',
		'packagekit',
		'polkit',
		'polkitd',
		'pollinate',
		'postfix',
		'procps',
		'resolvconf',
	],
	...[
		'rng-tools',
		'rngd',
		'rsyslog',
		'rsyslogd',
		'setvtrgb',
		'snapd',
		'ssh',
		'sshd',
		'sssd',
		'sysstat',
		'syslog',
	],
	...[
		'thermald',
		'tuned',
		'udev',
		'udisks2',
		'ufw',
		'upower',
		'uuidd',
		'vgauth',
		'firewalld',
		'libstoragemgmt',
	],
];

/** Agents of the cloud and of monitoring are installed into /etc as well as the user's own units. */
const isAgent = (name: Hostile): boolean => name.endsWith('-agent.service') || name.startsWith('snap.');

export const isDistributionUnit = (name: Hostile, facts: UnitFacts | undefined): boolean => {
	if (facts !== undefined && facts.fragmentPath !== '') {
		return !facts.fragmentPath.startsWith('/etc/systemd/system/') || isAgent(name);
	}

	const stem = name.slice(0, Math.max(name.lastIndexOf('.'), 0));
	return isAgent(name) || wholeNames.includes(stem) || familyNames.some(family => name.startsWith(family));
};
