// Builds dist/: one code-split ESM bundle of src/main.ts, and the guardian as one self-contained file.
import {access, copyFile, mkdir, rename, rm} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {build} from 'esbuild';
import {bundled} from './bundle.js';
import {root} from './run.js';

const fresh = join(root, `dist.${process.pid}`);
const exists = async path =>
	access(path).then(
		() => true,
		() => false,
	);

/**
 * The guardian releases: it needs Auto Scaling and the runbooks of Systems Manager, and gets its credentials resolved.
 * What it never calls would cost it 30 MB of memory that nobody else shares.
 */
const onlyWhatReleases = {
	name: 'only-what-releases',
	setup(bundle) {
		const filter =
			/[\\/]aws[\\/](?:ec2|load-balancing|access-management|systems-manager|security-token|credential-chain|code-deploy|cloud-trail)\.ts$/;
		bundle.onLoad({filter}, ({path}) => ({
			contents: `throw new Error(${JSON.stringify(`the guardian has no ${basename(path, '.ts')}`)});`,
			loader: 'ts',
		}));
		// Credentials come over the pipe: the chain that would look for them is never asked.
		bundle.onLoad({filter: /credential-provider-node[\\/]dist-[^\\/]+[\\/]index\.js$/}, () => ({
			contents: "export const defaultProvider = () => () => Promise.reject(new Error('no credentials'));",
			loader: 'js',
		}));
	},
};

await mkdir(fresh, {recursive: true});
await build({
	...bundled,
	entryPoints: {main: 'src/main.ts'},
	outdir: fresh,
	splitting: true,
	chunkNames: 'chunks/[name]-[hash]',
});
await build({
	...bundled,
	entryPoints: {guardian: 'src/hold/guardian-main.ts'},
	outdir: fresh,
	plugins: [...bundled.plugins, onlyWhatReleases],
});
const boots = join(root, 'src/lab/boots.pack');
if (await exists(boots)) await copyFile(boots, join(fresh, 'boots.pack'));

const dist = join(root, 'dist');
await rm(dist, {recursive: true, force: true});
await rename(fresh, dist);
