/**
 * The script of `unflap probe`: what the box itself can say of its metadata, role, bucket, names, clock, disk, memory and
 * ports. POSIX sh; needs sed and, for what AWS is asked, curl, python3 or the AWS CLI. It changes nothing, needs no root, and
 * says nothing of credentials but the role's name, when they run out, and the last four characters of the key's id; of
 * user data but its size and where it stops being JSON (threats.md S7, S8).
 *
 * An answer is `:NONCE:CHECK TOOL STATUS`, and `:NONCE:CHECK| LINE` for each line of what the tool said.
 */
import {UnflapError} from '../base/errors.ts';
import {commandLine, word} from '../base/quote.ts';
import {
	healthUrl,
	metadataAddress,
	type ProbedHealth,
	type ProbeWish,
	storeCommand,
	storeHost,
	storeUrl,
} from './box-probe-commands.ts';

/** @throws `bad-input` for a nonce or region that is not one. */
export const probeScript = (wish: ProbeWish): string => {
	if (
		!/^[0-9a-f]{32}$/.test(wish.nonce) ||
		!/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(wish.region) ||
		!isHealth(wish.health)
	)
		throw new UnflapError('bad-input', 'A marker or a region is not of the right form');
	return [
		...surroundings(wish),
		...metadata,
		...userData,
		...role,
		...store(wish),
		...names(wish),
		...clock,
		...machine,
		...health(wish),
		'printf \':%s:end\\n\' "$n"',
	].join('\n');
};

/** A path is asked for as it stands; one that holds more than a path does not is not asked for. */
const isHealth = (health: ProbedHealth | null) =>
	health === null ||
	(Number.isInteger(health.port) &&
		health.port > 0 &&
		health.port < 65_536 &&
		/^\/[A-Za-z0-9._~/?&=%+-]{0,1023}$/.test(health.path));

const longestBody = 400;
const emptyBodyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The role of the box is asked with, never what a profile or the environment has. */
const surroundings = ({nonce}: ProbeWish) => [
	'export LC_ALL=C.UTF-8 AWS_PAGER= AWS_MAX_ATTEMPTS=1 AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONFIG_FILE=/dev/null',
	'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE',
	'set -f',
	`n=${word(nonce)} m=${word(metadataAddress)} t= h= k= a=`,
	'has() { command -v "$1" >/dev/null 2>&1; }',
	'if has timeout; then t="timeout 10"; fi',
	'if has nice; then t="nice -n 10 $t"; fi',
	'if has curl; then h=curl; elif has python3; then h=python3; fi',
	`say() { printf ':%s:%s %s %s\\n' "$n" "$1" "$2" "$3"; if [ -n "$4" ]; then printf '%s\\n' "$4" | sed -n "1,${longestBody}s/^/:$n:$1| /p"; fi; }`,
];

/**
 * `get METHOD HEADER PATH` leaves the body in b and the status in r; a proxy knows nothing of a box's metadata. wget is not
 * asked: it takes a header from its arguments alone, where every user of the box could read the token.
 */
const metadata = [
	`ask='import sys,urllib.request as u
name,value=sys.stdin.readline().rstrip("\\n").split(": ",1)
wish=u.Request(sys.argv[2],method=sys.argv[1],headers={name:value})
try:
 answer=u.build_opener(u.ProxyHandler({})).open(wish,timeout=3)
 body,status=answer.read(),answer.status
except u.HTTPError as e:
 body,status=e.read(),e.code
except OSError:
 body,status=b"",0
sys.stdout.buffer.write(body+b"\\n%03d"%status)'`,
	'fetch() {',
	'case $h in',
	`curl) printf 'header = "%s"\\n' "$2" | curl -sS -m 3 --noproxy '*' -X "$1" -K - -w '\\n%{http_code}' "$m/latest/$3" 2>/dev/null ;;`,
	`python3) printf '%s\\n' "$2" | python3 -c "$ask" "$1" "$m/latest/$3" ;;`,
	'esac',
	'}',
	`get() { o=$(fetch "$1" "$2" "$3"); r=$(printf '%s\\n' "$o" | sed -n '$p'); b=$(printf '%s\\n' "$o" | sed '$d'); }`,
	`get PUT 'X-aws-ec2-metadata-token-ttl-seconds: 60' api/token`,
	'p=$r',
	'if [ "$p" = 200 ]; then k=$b; fi',
	"get GET 'Accept: text/plain' meta-data/instance-id",
	`say imds "\${h:-none}" "\${p:-000},\${r:-000}" ""`,
	'if [ "$p" = 200 ]; then H="X-aws-ec2-metadata-token: $k"; elif [ "$r" = 200 ]; then H="Accept: text/plain"; else h=; fi',
	'if [ -n "$h" ]; then get GET "$H" meta-data/local-ipv4; a=$(printf \'%s\\n\' "$b" | sed -n \'1s/^\\([0-9.]\\{7,15\\}\\)$/\\1/p\'); fi',
	'if [ -n "$h" ]; then get GET "$H" meta-data/tags/instance; if [ "$r" != 200 ]; then b=; fi; say tags "$h" "$r" "$b"; fi',
];

/** It is read again for each question: a variable of sh keeps neither NUL nor the newlines at the end. */
const userData = [
	`raw() { fetch GET "$H" user-data | sed '$d'; }`,
	`python='import json,sys
try:
 json.loads(sys.stdin.buffer.read().decode("utf-8"))
 print("parses")
except ValueError as e:
 print("breaks %d %d" % (getattr(e, "lineno", 0), getattr(e, "colno", 0)))'`,
	'if [ -n "$h" ]; then',
	'get GET "$H" user-data',
	'if [ "$r" = 200 ]; then',
	"z=$(raw | wc -c | sed 's/ //g') y=",
	`case $b in '#!'*) y=script ;; '#cloud-config'*) y=cloud-config ;; Content-Type:*|MIME-*) y=mime ;; esac`,
	'if [ -n "$y" ]; then :',
	`elif has jq; then if e=$(raw | $t jq empty 2>&1); then y=parses; else y=$(printf '%s\\n' "$e" | sed -n 's/.*at line \\([0-9]\\{1,9\\}\\), column \\([0-9]\\{1,9\\}\\).*/breaks \\1 \\2/p'); fi`,
	'elif has python3; then y=$(raw | $t python3 -c "$python" 2>/dev/null)',
	'fi',
	`say user-data "$h" 200 "$z \${y:-unread}"`,
	'else say user-data "$h" "$r" ""; fi',
	'fi',
];

const role = [
	'field() { printf \'%s\\n\' "$b" | sed -n "s/.*\\"$1\\" *: *\\"\\([^\\"]*\\)\\".*/\\1/p"; }',
	'i= s= q= R=',
	'if [ -n "$h" ]; then',
	'get GET "$H" meta-data/iam/security-credentials/',
	'if [ "$r" = 200 ]; then',
	`R=$(printf '%s\\n' "$b" | sed -n '1s/^\\([A-Za-z0-9_+=,.@-]\\{1,64\\}\\)$/\\1/p')`,
	'get GET "$H" "meta-data/iam/security-credentials/$R"',
	'if [ "$r" = 200 ]; then i=$(field AccessKeyId) s=$(field SecretAccessKey) q=$(field Token); fi',
	`say role "$h" "$r" "$R $(field Code | sed 's/[^A-Za-z0-9]//g') $(field Expiration | sed 's/[^0-9TZ:.-]//g') $(printf '%s\\n' "$i" | sed -n 's/^[A-Z0-9]\\{8,124\\}\\([A-Z0-9]\\{4\\}\\)$/\\1/p')"`,
	'else say role "$h" "$r" ""; fi',
	'fi',
	'b= o=',
];

/** The CLI signs by itself; curl since 7.75, whose config is read from a pipe. */
const store = (wish: ProbeWish) =>
	wish.store === null
		? []
		: [
				'if [ -n "$h" ] && [ -n "$i" ]; then',
				'if has aws; then',
				`if o=$($t ${commandLine(storeCommand(wish))} 2>&1); then say s3 aws 0 ""; else say s3 aws "$?" "$(printf '%s\\n' "$o" | sed -n '/./p' | sed -n '$p')"; fi`,
				'elif [ "$h" = curl ]; then',
				`o=$(printf 'user = "%s:%s"\\naws-sigv4 = "aws:amz:%s:s3"\\nheader = "x-amz-security-token: %s"\\nheader = "x-amz-content-sha256: ${emptyBodyHash}"\\nrange = "0-0"\\n' "$i" "$s" ${word(wish.region)} "$q" | curl -sS -m 8 -K - -w '\\n%{http_code}' ${word(storeUrl(wish))} 2>/dev/null)`,
				// A curl that cannot sign says nothing at all.
				'if [ -z "$o" ]; then say s3 none 127 ""',
				'else say s3 curl "$(printf \'%s\\n\' "$o" | sed -n \'$p\')" "$(printf \'%s\\n\' "$o" | sed -n \'s/.*<Code>\\([A-Za-z0-9]\\{1,64\\}\\)<.Code><Message>\\([^<]\\{0,300\\}\\)<.*/\\1 \\2/p\')"',
				'fi',
				'else say s3 none 127 ""; fi',
				'fi',
				'i= s= q= o= k= H=',
			];

const names = ({region}: ProbeWish) => {
	const name = word(storeHost(region));
	return [
		`if has getent; then o=$($t getent hosts ${name} 2>/dev/null); say dns getent "$?" "$o"`,
		`elif has nslookup; then o=$($t nslookup ${name} 2>/dev/null); say dns nslookup "$?" "$o"`,
		'else say dns none 127 ""; fi',
	];
};

const clock = [
	'if has chronyc; then o=$($t chronyc -n tracking 2>/dev/null); say clock chronyc "$?" "$o"',
	'elif has timedatectl; then o=$($t timedatectl show -p NTPSynchronized 2>/dev/null); say clock timedatectl "$?" "$o"',
	'else say clock date 0 ""; fi',
	'say now date 0 "$(date +%s) $(cat /proc/uptime)"',
];

const machine = [
	'o=$($t df -Pk / /var /tmp 2>/dev/null); say disk df "$?" "$o"',
	'o=$(cat /proc/meminfo 2>/dev/null); say memory cat "$?" "$o"',
	'if has ss; then o=$($t ss -ltn 2>/dev/null); say ports ss "$?" "$o"',
	'else o=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null); say ports cat 0 "$o"; fi',
];

/** At the box's own address, where a forwarded port answers too. */
const health = (wish: ProbeWish) =>
	wish.health === null
		? []
		: [
				`if has curl && [ -n "$a" ]; then o=$(curl -sk -m 3 --noproxy '*' -o /dev/null -w '%{http_code}' ${healthWord(wish.health)} 2>/dev/null); say health curl "\${o:-000},$?" ""`,
				'else say health none 127 ""; fi',
			];

const healthWord = (asked: ProbedHealth) => {
	const [before = '', after = ''] = healthUrl(asked, ' ').split(' ');
	return `${word(before)}"$a"${word(after)}`;
};
