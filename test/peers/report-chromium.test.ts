/** The HTML page as a browser has it: nothing loaded, nothing run, and everything legible on a desk, in a hand, on paper. */
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {reportHtml} from '../../src/cli/report-html.ts';
import {evil, reportWith} from '../cli/hostile-report.ts';
import {openLab} from '../e2e/open-lab.ts';
import {type Browser, type Page, startChromium} from './chromium.ts';

/** Smallest letters that are read without a glass, in CSS pixels. */
const leastLetter = 9;
/** A4 between Chromium's own margins. */
const paperWidth = 718;

let browser: Browser;
let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'unflap-page-'));
	browser = await startChromium();
});
afterAll(async () => {
	await browser.close();
	await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
});

const openFile = async (name: string, html: string): Promise<{readonly page: Page; readonly url: string}> => {
	const path = join(folder, name);
	await writeFile(path, html);
	const url = pathToFileURL(path).href;
	return {page: await browser.open(url), url};
};

type Looks = {
	readonly overflow: number;
	readonly letters: number;
	readonly pictures: readonly {readonly name: string; readonly scale: number; readonly svg: string}[];
};

/** The pictures that are seen, and the smallest letters of the text around them. */
const looksOf = (page: Page): Promise<Looks> =>
	page.evaluate<Looks>(`(() => {
		const seen = [...document.images].filter(image => image.clientWidth > 0);
		const texts = [...document.querySelectorAll('body *')].filter(element => element.textContent.trim() !== '' && element.clientWidth > 0);
		return {
			overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
			letters: Math.min(...texts.map(element => parseFloat(getComputedStyle(element).fontSize))),
			pictures: seen.map(image => ({
				name: image.className,
				scale: image.clientWidth / image.naturalWidth,
				svg: new TextDecoder().decode(Uint8Array.from(atob(image.src.split(',')[1]), letter => letter.charCodeAt(0))),
			})),
		};
	})()`);

/** Texts of a picture that lie on one another or reach out of it, by at least two pixels. */
const clashes = async (svg: string): Promise<readonly string[]> => {
	const page = await browser.open('about:blank');
	return page.evaluate<readonly string[]>(`(() => {
		document.body.innerHTML = ${JSON.stringify(svg)};
		const whole = document.querySelector('svg').getBoundingClientRect();
		const boxes = [...document.querySelectorAll('text')].filter(one => one.textContent.trim() !== '').map(one => ({text: one.textContent.trim(), box: one.getBoundingClientRect()}));
		const across = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
		const down = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
		const out = boxes.filter(({box}) => box.right > whole.right + 2 || box.left < whole.left - 2 || box.bottom > whole.bottom + 2).map(({text}) => 'out: ' + text);
		const on = boxes.flatMap((one, index) => boxes.slice(index + 1).filter(other => across(one.box, other.box) > 2 && down(one.box, other.box) > 4).map(other => one.text + ' on ' + other.text));
		return [...out, ...on];
	})()`);
};

const smallestLetter = (svg: string): number =>
	Math.min(...[...svg.matchAll(/font-size="(\d+(?:\.\d+)?)"/g)].map(([, size]) => Number(size)));

const isLegible = async (page: Page, width: number, size: string) => {
	const {overflow, letters, pictures} = await looksOf(page);
	expect(overflow, `the page is wider than ${width}`).toBe(0);
	expect(letters).toBeGreaterThanOrEqual(12);
	expect(pictures.map(({name}) => name)).toEqual([size, size]);
	for (const {scale, svg} of pictures) {
		expect(scale * smallestLetter(svg)).toBeGreaterThanOrEqual(leastLetter);
		expect(await clashes(svg)).toEqual([]);
	}
};

test('labels on one another, or out of the picture, are seen', async () => {
	const label = (x: number, text: string) => `<text x="${x}" y="20" font-size="12">${text}</text>`;
	const svg = (labels: string) =>
		`<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">${labels}</svg>`;
	expect(await clashes(svg(label(5, 'one') + label(100, 'two')))).toEqual([]);
	expect(await clashes(svg(label(5, 'one') + label(12, 'two')))).toEqual(['one on two']);
	expect(await clashes(svg(label(190, 'three')))).toEqual(['out: three']);
});

describe('the page of the default scenario', () => {
	let html = '';
	beforeAll(async () => {
		const lab = await openLab('--seed', '7');
		try {
			const {stdout, code} = await lab.run(['report', 'web-prod', '-o', 'html']);
			expect(code).toBe(0);
			html = stdout;
		} finally {
			await lab.close();
		}
	});

	test('opens from disk, asks for nothing else and says nothing on the console', async () => {
		const {page, url} = await openFile('default.html', html);
		expect(page.asked()).toEqual([url]);
		expect(page.said()).toEqual([]);
		expect(await page.evaluate('document.scripts.length')).toBe(0);
		expect(await page.evaluate('document.querySelector(".verdict").textContent.length')).toBeGreaterThan(20);
	});

	test.each([
		[1280, 'wide'],
		[900, 'medium'],
		[390, 'narrow'],
	] as const)(
		'is legible %i pixels wide: nothing overflows, no letter is too small, no label on another',
		async (width, size) => {
			const {page} = await openFile(`width-${width}.html`, html);
			await page.resize(width);
			await isLegible(page, width, size);
		},
	);

	test('is legible on paper, and prints whole', async () => {
		const {page} = await openFile('paper.html', html);
		await page.resize(paperWidth);
		await page.media('print');
		await isLegible(page, paperWidth, 'medium');
		const pdf = (await page.print()).toString('latin1');
		expect(pdf.startsWith('%PDF-')).toBe(true);
		const pages = [...pdf.matchAll(/\/Type\s*\/Page\b/g)].length;
		expect(pages).toBeGreaterThanOrEqual(1);
		expect(pages).toBeLessThanOrEqual(8);
	});
});

test('R1 in a browser hostile text of a box is text: no script, no request, no dialog, no element of its own', async () => {
	const {page, url} = await openFile(
		'hostile.html',
		reportHtml(await reportWith([...evil, '\u202egnp.exe', '\u001b]52;c;eA==\u0007'])),
	);
	expect(page.asked()).toEqual([url]);
	expect(page.said()).toEqual([]);
	const kinds = await page.evaluate<readonly string[]>(
		"[...new Set([...document.querySelectorAll('*')].map(element => element.localName))].sort()",
	);
	expect(
		kinds.filter(kind => ['script', 'a', 'iframe', 'svg', 'link', 'object', 'form', 'base'].includes(kind)),
	).toEqual([]);
	const handlers = await page.evaluate<number>(
		"[...document.querySelectorAll('*')].filter(element => element.getAttributeNames().some(name => name.startsWith('on') || name === 'href')).length",
	);
	expect(handlers).toBe(0);
	expect(await page.evaluate<string>('document.body.innerText')).toContain('<img src=x onerror=alert(1)>');
	for (const width of [1280, 390]) {
		await page.resize(width);
		expect((await looksOf(page)).overflow).toBe(0);
	}
});
