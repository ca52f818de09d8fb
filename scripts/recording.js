// npm run recording: plays the tour of the demo on a pty and writes it as one moving picture, docs/tour.svg.
// Frames lie below each other on a strip, which moves behind the picture's edge in steps; rows that are alike are drawn once.
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openScreen, wait} from './program-screen.js';
import {root} from './run.js';
import {recordingSvg, rowSvg, rowTop, sizeOf} from './screen-svg.js';

const everyMs = 1000;
/** The last frame stands so long before it begins again. */
const restSeconds = 4;

const home = mkdtempSync(join(tmpdir(), 'unflap-recording-'));
const screen = openScreen({
	file: process.execPath,
	args: [join(root, 'bin/unflap.js'), 'demo', '--tour', '--seed', '7'],
	columns: 100,
	rows: 30,
	environment: {
		PATH: process.env.PATH,
		HOME: home,
		LANG: 'C.UTF-8',
		UNFLAP_THEME: 'dark',
		XDG_STATE_HOME: join(home, 'state'),
		XDG_CONFIG_HOME: join(home, 'config'),
		XDG_CACHE_HOME: join(home, 'cache'),
	},
	folder: root,
});
const {terminal} = screen;
const rows = new Map();
const frames = [];
try {
	await screen.until(/▲ FLAPS/);
	const start = performance.now();
	while (!screen.state.exit) {
		const names = Array.from({length: terminal.rows}, (_, row) => nameOf(rowSvg(terminal, row)));
		const isBlank = names.every(name => name === null);
		if (!isBlank && frames.at(-1)?.names.join() !== names.join())
			frames.push({at: (performance.now() - start) / 1000, names});
		await wait(everyMs);
	}
	if (screen.state.exit.exitCode !== 0)
		throw new Error(`the tour ended with ${screen.state.exit.exitCode}:\n${screen.text().trim()}`);
} finally {
	if (!screen.state.exit) screen.kill('SIGTERM');
	rmSync(home, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
}
const path = join(root, 'docs/tour.svg');
const svg = film();
writeFileSync(path, svg);
console.log(
	`${frames.length} frames, ${rows.size} rows, ${Math.round(svg.length / 1024)} KiB: docs/tour.svg`,
);

/** A row's id, null where nothing is in it. */
function nameOf(drawn) {
	if (drawn === '') return null;
	if (!rows.has(drawn)) rows.set(drawn, `r${rows.size.toString(36)}`);
	return rows.get(drawn);
}

function film() {
	const {height} = sizeOf(terminal);
	const seconds = (frames.at(-1)?.at ?? 0) + restSeconds;
	const steps = frames.map(
		({at}, index) =>
			`${((at / seconds) * 100).toFixed(2)}%{transform:translateY(${(-index * height).toFixed(1)}px)}`,
	);
	const drawn = [...rows].map(([svg, name]) => `<g id="${name}">${svg}</g>`);
	const strip = frames.map(
		({names}, index) =>
			`<g transform="translate(0 ${(index * height).toFixed(1)})">${names
				.map((name, row) => (name === null ? '' : `<use href="#${name}" y="${rowTop(row).toFixed(1)}"/>`))
				.join('')}</g>`,
	);
	return recordingSvg(terminal, {
		title: 'unflap: the tour of the demo',
		style: `@keyframes play{${steps.join('')}}#strip{animation:play ${seconds.toFixed(1)}s step-end infinite}`,
		body: [`<defs>`, ...drawn, `</defs>`, `<g id="strip">`, ...strip, `</g>`].join('\n'),
	});
}
