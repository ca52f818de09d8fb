// Draws an in-process terminal's screen as an SVG: one <text> a run of equal style, backgrounds as <rect>s.

const cellWidth = 8.4;
const cellHeight = 16.5;
const margin = 12;

const themes = {
	dark: {background: '#0d1117', foreground: '#e6edf3'},
	light: {background: '#ffffff', foreground: '#1f2328'},
};
const ansi = [
	'#484f58',
	'#ff7b72',
	'#3fb950',
	'#d29922',
	'#58a6ff',
	'#bc8cff',
	'#39c5cf',
	'#b1bac4',
	'#6e7681',
	'#ffa198',
	'#56d364',
	'#e3b341',
	'#79c0ff',
	'#d2a8ff',
	'#56d4dd',
	'#f0f6fc',
];

/** @returns the SVG text of the visible screen of an `@xterm/headless` terminal. */
export const screenSvg = (terminal, {theme = 'dark', title = ''} = {}) => {
	const {background} = themes[theme];
	const {width, height} = sizeOf(terminal);
	const rows = Array.from({length: terminal.rows}, (_, row) =>
		rowOf(terminal, row, themes[theme], rowTop(row)),
	);
	return `${svgHead({width, height, title, background})}
<g ${lettering}>
${[...rows.flatMap(({rects}) => rects), ...rows.flatMap(({texts}) => texts)].join('\n')}
</g>
</svg>
`;
};

/** One row at the top of a picture, to be put where it belongs. */
export const rowSvg = (terminal, row, theme = 'dark') => {
	const {rects, texts} = rowOf(terminal, row, themes[theme], 0);
	return [...rects, ...texts].join('');
};

/** The picture that a recording of `screenSvg`s is shown in. */
export const recordingSvg = (terminal, {theme = 'dark', title = '', style, body}) => {
	const {background} = themes[theme];
	return `${svgHead({...sizeOf(terminal), title, background})}
<style>${style}</style>
<g ${lettering}>
${body}
</g>
</svg>
`;
};

export const rowTop = row => margin + row * cellHeight;
export const sizeOf = terminal => ({
	width: Math.round(terminal.cols * cellWidth + 2 * margin),
	height: terminal.rows * cellHeight + 2 * margin,
});

const lettering = `font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve"`;

const svgHead = ({
	width,
	height,
	title,
	background,
}) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeXml(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${background}"/>`;

/** Backgrounds and texts of a row whose upper edge is `y`. */
const rowOf = (terminal, row, {background, foreground}, y) => {
	const rects = [];
	const texts = [];
	for (const run of runsOf(terminal, row, {background, foreground})) {
		const x = (margin + run.column * cellWidth).toFixed(1);
		if (run.background !== background) {
			rects.push(
				`<rect x="${x}" y="${y}" width="${(run.cells * cellWidth).toFixed(1)}" height="${cellHeight}" fill="${run.background}"/>`,
			);
		}
		if (run.text.trim() === '') continue;
		const style = [
			`fill="${run.foreground}"`,
			run.bold ? 'font-weight="bold"' : '',
			run.dim ? 'opacity="0.65"' : '',
		]
			.filter(Boolean)
			.join(' ');
		// Blanks at either end would be dropped by a browser, and the rest stretched over their cells.
		const text = run.text.trim();
		const before = run.text.length - run.text.trimStart().length;
		const cells = run.cells - before - (run.text.length - run.text.trimEnd().length);
		const left = (margin + (run.column + before) * cellWidth).toFixed(1);
		texts.push(
			`<text x="${left}" y="${(y + 12.6).toFixed(1)}" textLength="${(cells * cellWidth).toFixed(1)}" lengthAdjust="spacingAndGlyphs" ${style}>${escapeXml(text).replaceAll(' ', '\u00a0')}</text>`,
		);
	}
	return {rects, texts};
};

const runsOf = (terminal, row, theme) => {
	const line = terminal.buffer.active.getLine(row);
	const runs = [];
	let open;
	for (let column = 0; column < terminal.cols; column++) {
		const cell = line?.getCell(column);
		if (!cell || cell.getWidth() === 0) continue;
		const style = styleOf(cell, theme);
		const text = cell.getChars() || ' ';
		// Runs end at spaces between words too: glyph advance differs between fonts, and a short run cannot drift far.
		const sameStyle =
			open &&
			open.key === style.key &&
			open.column + open.cells === column &&
			!(text !== ' ' && open.text.endsWith('  '));
		if (sameStyle) {
			open.text += text;
			open.cells += cell.getWidth();
		} else {
			open = {...style, column, cells: cell.getWidth(), text};
			runs.push(open);
		}
	}
	return runs;
};

const styleOf = (cell, theme) => {
	let foreground = colourOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor(), theme.foreground);
	let background = colourOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor(), theme.background);
	if (cell.isInverse()) [foreground, background] = [background, foreground];
	const bold = Boolean(cell.isBold());
	const dim = Boolean(cell.isDim());
	return {foreground, background, bold, dim, key: `${foreground}${background}${bold}${dim}`};
};

const colourOf = (isDefault, isRgb, value, fallback) => {
	if (isDefault) return fallback;
	if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
	if (value < 16) return ansi[value];
	if (value > 231) return grey(8 + (value - 232) * 10);
	const cube = [0, 95, 135, 175, 215, 255];
	const index = value - 16;
	return `#${[cube[Math.floor(index / 36)], cube[Math.floor(index / 6) % 6], cube[index % 6]].map(hex).join('')}`;
};

const hex = value => value.toString(16).padStart(2, '0');
const grey = value => `#${hex(value).repeat(3)}`;
const escapeXml = text =>
	text.replace(/[&<>"]/g, character => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[character]);
