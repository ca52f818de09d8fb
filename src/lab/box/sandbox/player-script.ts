/**
 * Programs on a box's PATH that the lab plays. Each is a short POSIX sh script: starting a Node process a call would cost
 * 40 ms and 40 MB. It leaves its arguments in a file, makes a pipe with a name, and passes on what the lab writes there.
 */

/** Separates arguments in a call's file; no argument can hold it. */
export const separator = '\0';

/**
 * A shell that waits for a program in the foreground puts SIGINT off until that program ends; a real journalctl dies of
 * it at once, so the reading goes on in the background.
 */
export const playerScript = `#!/bin/sh
f=/run/lab/calls/$$
printf '%s\\0' "\${SUDO_USER:+sudo}" "\${0##*/}" "$@" >"$f.ask" || exit 126
case "\${0##*/} $* " in "jq "* | "lab-tee "* | "curl "*" -K - "*) /usr/bin/cat >"$f.in" || exit 126 ;; esac
mkfifo "$f.out" || exit 126
/usr/bin/cat <"$f.out" &
c=$!
trap 'kill "$c" 2>/dev/null; exit 130' INT TERM QUIT
wait "$c"
s=
{ read -r s <"$f.end"; } 2>/dev/null
if [ -s "$f.err" ]; then /usr/bin/cat "$f.err" >&2; fi
exit "\${s:-141}"
`;

/** Programs that only start another one. They refuse what they do not know. */
export const prefixScripts: readonly (readonly [string, string])[] = [
	[
		'sudo',
		`#!/bin/sh
u=
while :; do
case $1 in
-n|-E|-H) shift ;;
-u) case $2 in root|'#0') ;; *) u=1 ;; esac; shift 2 ;;
--) shift; break ;;
-*) echo "sudo: $1: not played on this lab box" >&2; exit 1 ;;
*) break ;;
esac
done
[ $# -gt 0 ] || { echo "sudo: no command" >&2; exit 1; }
[ -n "$u" ] || export SUDO_USER=ssm-user
exec "$@"
`,
	],
	[
		'nice',
		`#!/bin/sh
while :; do
case $1 in
-n) shift 2 ;;
-n*|--adjustment=*|-[0-9]*) shift ;;
--) shift; break ;;
-*) echo "nice: $1: not played on this lab box" >&2; exit 125 ;;
*) break ;;
esac
done
[ $# -gt 0 ] || { echo 10; exit 0; }
exec "$@"
`,
	],
];

/** Programs of the host that are the lab's where they are given a file of the box. files.ts says which these are. */
export const fileScript = `#!/bin/sh
for a do
case $a in
/etc/* | /opt/* | /srv/* | /usr/local/* | /run/systemd/* | /run/unflap/* | /run/initctl | /var/lib/unflap | /var/lib/unflap/*) exec "/run/lab/bin/lab-\${0##*/}" "$@" ;;
/etc | /opt | /srv | /usr/local | /run/systemd | /var | /var/lib | /) case \${0##*/} in stat) exec /run/lab/bin/lab-stat "$@" ;; esac ;;
esac
done
exec "/usr/bin/\${0##*/}" "$@"
`;
