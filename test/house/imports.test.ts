import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
const run = promisify(execFile);

/** Room → an import that the house forbids there. */
const planted: readonly (readonly [string, string])[] = [
	['base', '../aws/types.ts'],
	['aws', '../channel/frame.ts'],
	['channel', '../remote/types.ts'],
	['remote', '../journal/types.ts'],
	['journal', '../remote/types.ts'],
	['stream', '../boot/types.ts'],
	['boot', '../groups/types.ts'],
	['groups', '../boot/types.ts'],
	['hold', '../verdict/rule.ts'],
	['verdict', '../ui/run-tui.tsx'],
	['ui', '../cli/command.ts'],
	['cli', '../ui/run-tui.tsx'],
	['cli', '../lab/create-lab.ts'],
	['lab', '../aws/types.ts'],
	['hold', 'react'],
	['cli', 'ink'],
	['groups', '@aws-sdk/client-auto-scaling'],
	['ui', '@aws-sdk/client-ssm'],
];

/** A copy of the lint rules over a scratch tree, so that a planted file never stands in the real one. */
let scratch: string;
beforeAll(async () => {
	scratch = await mkdtemp(join(tmpdir(), 'unflap-house-'));
	const rules = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8')) as Record<string, unknown>;
	await writeFile(join(scratch, 'biome.json'), JSON.stringify({...rules, vcs: {enabled: false}, root: true}));
});
afterAll(async () => rm(scratch, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

const lint = async (room: string, imported: string) => {
	await mkdir(join(scratch, 'src', room), {recursive: true});
	const file = join(scratch, 'src', room, 'planted.ts');
	await writeFile(file, `export * from '${imported}';\n`);
	try {
		const {stdout} = await run(process.execPath, [biome, 'lint', '--config-path', scratch, file], {
			cwd: scratch,
		});
		return stdout;
	} catch (error) {
		const {stdout, stderr} = error as {stdout: string; stderr: string};
		return stdout + stderr;
	} finally {
		await rm(file);
	}
};

test.each(planted)('%s may not import %s', async (room, imported) => {
	expect(await lint(room, imported)).toContain('noRestrictedImports');
});

test('what the house allows passes', async () => {
	expect(await lint('hold', '../groups/types.ts')).not.toContain('noRestrictedImports');
	expect(await lint('lab', '../base/text.ts')).not.toContain('noRestrictedImports');
});
