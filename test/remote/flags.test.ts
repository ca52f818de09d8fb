/** The flags that our command lines use, against what nine systemd versions said to them. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {followScript} from '../../src/remote/follow-line.ts';
import {sliceScript} from '../../src/remote/slice-line.ts';
import {sharedFolder} from '../shared-folder.ts';

type Tried = {
	readonly command: string;
	readonly by_version: Readonly<Record<string, {readonly exit_status: number}>>;
};

const {commands} = JSON.parse(readFileSync(join(sharedFolder, 'fixtures/versions/flags.json'), 'utf8')) as {
	readonly commands: readonly Tried[];
};
/** 124: it still ran after ten seconds, as a follow does. */
const worked = [0, 124];

const flagsOf = (text: string): readonly string[] =>
	[...text.matchAll(/(?<=[\s"=+])--?[a-z][a-z-]*/g)].map(([flag]) => flag);
const longNames: Readonly<Record<string, string>> = {
	'--output-fields': '--output-fields',
	'--boot': '-b',
	'-a': '--all',
	'--no-tail': '--no-tail',
};

/** Words of the script after `journalctl`, to the end of its command. */
const journalctlFlags = (script: string): ReadonlySet<string> => {
	const uses = script
		.split('\n')
		.flatMap(line =>
			[...line.matchAll(/(?:journalctl|\$j|[of]=)([^|;]*)/g)].map(([, words = '']) => ` ${words}`),
		);
	return new Set(uses.flatMap(flagsOf).filter(flag => flag !== '--version'));
};

const scripts = {
	follow: followScript({
		nonce: '0123456789abcdef0123456789abcdef',
		boot: 'running',
		cursor: null,
		follow: true,
		unitStates: false,
	}),
	slice: sliceScript({cursor: null, whole: true, units: ['a.service'], sinceUs: 1e15, last: 5}),
};

test.each(Object.entries(scripts))(
	'every flag of the %s line worked in each of nine versions, or is asked for by version',
	(_, script) => {
		const flags = [...journalctlFlags(script)];
		expect(flags.length).toBeGreaterThanOrEqual(6);
		expect(flags).toContain('--output-fields');
		for (const flag of flags) {
			const name = longNames[flag] ?? flag;
			const tried = commands.filter(
				({command}) => command.startsWith('journalctl ') && flagsOf(` ${command}`).includes(name),
			);
			expect(tried, `no recorded command uses ${flag}`).not.toEqual([]);
			const refusing = Object.keys(tried[0]?.by_version ?? {}).filter(version =>
				tried.every(({by_version}) => !worked.includes(by_version[version]?.exit_status ?? -1)),
			);
			// The one that needs a version: the script looks before it uses it.
			expect(refusing, flag).toEqual(flag === '--output-fields' ? ['229'] : []);
		}
		expect(script).toContain('-ge 236');
	},
);
