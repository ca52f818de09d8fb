/** `unflap report`: the page is whole, self-contained, and whatever a box or a name holds is inert in it. */
import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import {reportHtml} from '../../src/cli/report-html.ts';
import {reportMarkdown} from '../../src/cli/report-markdown.ts';
import {openLab} from '../e2e/open-lab.ts';
import {evil, reportWith} from './hostile-report.ts';

const ours =
	/<\/?(?:html|head|body|title|h1|h2|p|table|tr|td|ul|ol|li|pre|code)>|<(?:html lang="en"|br|meta charset="utf-8"|meta name="viewport" content="width=device-width, initial-scale=1"|p class="(?:verdict|dim)"|th scope="row")>|<\/th>|<!doctype html>/g;

test('R1 hostile text of a box is inert in the page, under a policy that forbids everything but its style and pictures', async () => {
	const page = reportHtml(await reportWith(evil));
	const [, policy = ''] =
		/^<!doctype html>\n<html lang="en"><head>\n<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(
			page,
		) ?? [];
	const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
	const hash = createHash('sha256').update(style).digest('base64');
	expect(policy).toBe(
		`default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
	);
	const rest = page
		.replace(/<meta http-equiv="Content-Security-Policy" content="[^"]*">/, '')
		.replace(`<style>${style}</style>`, '')
		.replaceAll(
			/<img class="(?:wide|medium|narrow)" alt="[^"<>]*" src="data:image\/svg\+xml;base64,[A-Za-z0-9+/=]*">/g,
			'',
		)
		.replaceAll(ours, '');
	expect(rest).not.toMatch(/[<>]/);
	expect(rest).not.toMatch(/[\u0000-\u0008\u001b]/);
	for (const [, data = ''] of page.matchAll(/base64,([A-Za-z0-9+/=]*)"/g)) {
		const picture = Buffer.from(data, 'base64').toString();
		expect(picture).not.toMatch(/<(?!\/?(?:svg|rect|text|line|path|title|g)\b)|onload|href|<script/);
	}
});

test('R2 in the Markdown page data stands in fences alone', async () => {
	const lines = reportMarkdown(await reportWith(['``` ````` ![x](http://evil/) @channel', '<b>']));
	const outside: string[] = [];
	let fence: string | null = null;
	for (const line of lines) {
		const mark: string | undefined = /^`{3,}/.exec(line)?.[0];
		if (fence === null && mark !== undefined) fence = mark;
		else if (fence !== null && line === fence) fence = null;
		else if (fence === null) outside.push(line);
	}
	expect(fence).toBeNull();
	expect(outside.join('\n')).not.toMatch(/!\[|@channel|<b>|http/);
});

test('the page of a flapping group has sentence, timeline, waterfall, evidence and what to try, and changes nothing', async () => {
	const lab = await openLab('--scenario', 'S05-s3-access-denied', '--seed', '11');
	try {
		const [group] = await lab.groups();
		const {code, stdout} = await lab.run(['report', String(group?.name), '-o', 'html']);
		expect(code).toBe(0);
		expect(stdout).toMatch(/class="verdict">Role \S+ may not s3:ListBucket/);
		expect(stdout.match(/<img class="wide"/g)).toHaveLength(2);
		expect(stdout.match(/<img class="narrow"/g)).toHaveLength(2);
		expect(stdout).toMatch(/<code>aws s3api list-objects-v2/);
		const markdown = await lab.run(['report', String(group?.name)]);
		expect(markdown.stdout).toMatch(/### Evidence/);
		// What the box itself said when it was asked, unless nobody wants it asked.
		expect(markdown.stdout).toMatch(/probe: S3: s3:/);
		const unasked = await lab.run(['report', String(group?.name), '--no-probe']);
		expect(unasked.stdout).not.toMatch(/probe: /);
		expect(
			(await lab.requests()).filter(({mutating}) => mutating).map(({operation}) => operation),
		).not.toContain('SuspendProcesses');
	} finally {
		await lab.close();
	}
});
