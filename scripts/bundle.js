// How the program is bundled: as one code-split ESM bundle that starts quickly. build.js writes dist/ with it, benches run with it.
import {readFile} from 'node:fs/promises';
import {root} from './run.js';

// signal-exit is CommonJS and calls require.
const banner = {
	js: "import {createRequire as __createRequire} from 'node:module'; const require = __createRequire(import.meta.url);",
};

/** Ink loads this only under DEV=true; left external it would become a static import that fails. */
const noDevtools = {
	name: 'no-devtools',
	setup(bundle) {
		bundle.onResolve({filter: /^react-devtools-core$/}, () => ({
			path: 'react-devtools-core',
			namespace: 'stub',
		}));
		bundle.onLoad({filter: /.*/, namespace: 'stub'}, () => ({contents: 'export default {};', loader: 'js'}));
	},
};

/** Yoga decodes its WASM through fetch, which loads all of undici: 20 to 35 ms of the start. Without fetch it uses atob. */
const yogaWithoutFetch = {
	name: 'yoga-without-fetch',
	setup(bundle) {
		bundle.onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path}) => ({
			contents: `const fetch = undefined;\n${await readFile(path, 'utf8')}`,
			loader: 'js',
		}));
	},
};

/**
 * The first Intl.Segmenter loads the ICU tables and each pattern of all emoji is compiled when it is made: 20 ms of the
 * start apiece, which text in ASCII never needs. Five packages of Ink's bring five copies.
 */
/** Lines, blocks and marks of the screens take one cell each, as letters do: see `otherThanPlainCells` in src/base/terminal-text.ts. */
const plainCells =
	'const nonAsciiOrControlRegex = /[^\\u{20}-\\u{7E}\\u{B1}\\u{B7}\\u{2013}\\u{2016}\\u{2026}\\u{2190}-\\u{2193}\\u{2500}-\\u{25FC}\\u{2714}\\u{2716}]/v;';

const lazyEmoji = {
	name: 'lazy-emoji',
	setup(bundle) {
		const filter =
			/node_modules[\\/](?:string-width|wrap-ansi)[\\/]index\.js$|slice-ansi[\\/]tokenize-ansi\.js$|ink[\\/]build[\\/]line-update\.js$/;
		bundle.onLoad({filter}, async ({path}) => {
			const source = await readFile(path, 'utf8');
			const withoutTables = source.replace(
				/^const (\w+) = new Intl\.Segmenter\((.*)\);$/m,
				'let $1Made; const $1 = {segment: text => ($1Made ??= new Intl.Segmenter($2)).segment(text)};',
			);
			const lazy = withoutTables
				.replace(
					/^const (\w+) = (\/.*\\p\{RGI_Emoji\}.*\/v);$/m,
					'let $1Made; const $1Of = () => ($1Made ??= $2); const $1 = {test: text => $1Of().test(text), exec: text => $1Of().exec(text)};',
				)
				.replace('const nonAsciiOrControlRegex = /[^\\u{20}-\\u{7E}]/v;', plainCells);
			const isWhole =
				!path.includes('string-width') || (lazy.includes('Of().exec') && lazy.includes(plainCells));
			if (withoutTables === source || !isWhole)
				throw new Error(`${path} measures text another way now: see lazyEmoji`);
			return {contents: lazy, loader: 'js'};
		});
	},
};

/**
 * Importing node:http as a module reads all its exports, and one of them loads undici: 30 ms. `require` reads what is
 * used.
 */
const httpWithoutUndici = {
	name: 'http-without-undici',
	setup(bundle) {
		bundle.onResolve({filter: /^(?:node:)?http$/}, () => ({path: 'http', namespace: 'required'}));
		bundle.onLoad({filter: /.*/, namespace: 'required'}, () => ({
			contents: "module.exports = process.getBuiltinModule('node:http');",
			loader: 'js',
		}));
	},
};

/**
 * Schemas of the SDK are plain arrays, but their computed keys keep a bundler from dropping the thousands that no call of
 * ours uses: marked as pure, EC2 alone is 500 kB and 100 ms of the start less.
 */
const pureSchemas = {
	name: 'pure-schemas',
	setup(bundle) {
		bundle.onLoad({filter: /@aws-sdk[\\/].*[\\/]dist-es[\\/].*schemas_\d+\.js$/}, async ({path}) => {
			const source = await readFile(path, 'utf8');
			const marked = source.replace(
				/^((?:export )?var [\w$]+ = )(\[[^;]*?\]);$/gm,
				'$1/* @__PURE__ */ (() => $2)();',
			);
			if (marked === source && source.includes(' = ['))
				throw new Error(`the schemas of ${path} are written another way now: see pureSchemas`);
			return {contents: marked, loader: 'js'};
		});
	},
};

/** Options of esbuild for everything that stands for the program. */
export const bundled = {
	absWorkingDir: root,
	bundle: true,
	platform: 'node',
	// CommonJS comes whole; of ES modules only what is used does.
	mainFields: ['module', 'main'],
	conditions: ['module'],
	target: 'node22.15',
	format: 'esm',
	minify: true,
	legalComments: 'none',
	banner,
	define: {'process.env.NODE_ENV': '"production"'},
	// Its main file is UMD, whose require calls no bundler follows.
	alias: {'jsonc-parser': 'jsonc-parser/lib/esm/main.js'},
	plugins: [noDevtools, yogaWithoutFetch, lazyEmoji, httpWithoutUndici, pureSchemas],
	logLevel: 'warning',
	jsx: 'automatic',
};
