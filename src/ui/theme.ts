/** Themes map meanings to colours. Colour never carries a state alone: every state has its mark. */
import type {Token} from './span.ts';

export type ThemeName = 'dark' | 'light' | 'contrast' | 'terminal';
type Palette = Readonly<Partial<Record<Token, string>>> & {readonly selection?: string};

export const themeNames: readonly ThemeName[] = ['dark', 'light', 'contrast', 'terminal'];

const boxes = (colours: readonly string[]) =>
	Object.fromEntries(colours.map((colour, index) => [`box${index + 1}`, colour])) as Palette;

/** One a box: far apart in hue, equal in lightness, none of them `bad`. */
const themes: Readonly<Record<ThemeName, Palette>> = {
	dark: {
		dim: '#7d8590',
		accent: '#58a6ff',
		held: '#e3b341',
		bad: '#ff7b72',
		warn: '#d29922',
		good: '#56d364',
		busy: '#79c0ff',
		selection: '#1c2733',
		...boxes(['#79c0ff', '#d2a8ff', '#56d4dd', '#e3b341', '#7ee787', '#f2a6d8', '#a5b4fc', '#c4b88a']),
	},
	light: {
		dim: '#6e7781',
		accent: '#0969da',
		held: '#9a6700',
		bad: '#cf222e',
		warn: '#bf8700',
		good: '#1a7f37',
		busy: '#0550ae',
		selection: '#e7effa',
		...boxes(['#0550ae', '#8250df', '#1b7c83', '#9a6700', '#1a7f37', '#a8327c', '#4250c4', '#6b5d1f']),
	},
	contrast: {
		accent: '#71b7ff',
		held: '#ffd33d',
		bad: '#ff9492',
		warn: '#f0b72f',
		good: '#4ae168',
		busy: '#9ecbff',
		selection: '#30363d',
		...boxes(['#9ecbff', '#dbb7ff', '#76e3ea', '#ffd33d', '#85e89d', '#ffb3e1', '#c3cdff', '#e0d6a8']),
	},
	terminal: {
		dim: 'blackBright',
		accent: 'cyan',
		held: 'yellow',
		bad: 'red',
		warn: 'yellow',
		good: 'green',
		busy: 'blue',
		...boxes(['cyan', 'magenta', 'blue', 'yellow', 'green', 'magentaBright', 'cyanBright', 'blueBright']),
	},
};

export const colourOf = (theme: ThemeName, token: Token | undefined): string | undefined =>
	token === undefined ? undefined : themes[theme][token];

export const selectionOf = (theme: ThemeName): string | undefined => themes[theme].selection;

/** Truecolour only where the terminal says so; COLORFGBG's last number tells a light background. */
export const guessTheme = (environment: Readonly<NodeJS.ProcessEnv>): ThemeName => {
	const truecolour = /truecolor|24bit/i.test(environment['COLORTERM'] ?? '');
	if (!truecolour) return 'terminal';
	const background = Number(environment['COLORFGBG']?.split(';').at(-1));
	return background === 7 || background === 15 ? 'light' : 'dark';
};

/** `T`: colours of 24 bits only where the terminal says so. */
export const nextTheme = (theme: ThemeName, environment: Readonly<NodeJS.ProcessEnv>): ThemeName => {
	if (guessTheme(environment) === 'terminal') return 'terminal';
	return themeNames[(themeNames.indexOf(theme) + 1) % themeNames.length] ?? 'dark';
};
