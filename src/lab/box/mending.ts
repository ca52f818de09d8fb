/** Whether a unit that failed as recorded would run well by now: somebody changed on the box what made it fail. */
import {bucketOf} from './box-world.ts';
import type {PlayedBox} from './played-box.ts';

/** The bucket that the role of every lab box may read, as `aws s3 ls` on the box says. */
export const readableBucket = 'foo-app-config';

/** `null`: it fails again. Otherwise what its texts must say instead of what was recorded. */
export type Mended = {readonly instead: readonly (readonly [string, string])[]} | null;

export const mendedBy = (box: PlayedBox, unit: string): Mended => {
	const {name} = box.instance.recording;
	const rule = rules.find(one => name.startsWith(one.recording) && unit === one.unit);
	return rule === undefined ? null : rule.isMended(box);
};

type Rule = {
	readonly recording: string;
	readonly unit: string;
	readonly isMended: (box: PlayedBox) => Mended;
};

const well: Mended = {instead: []};

const rules: readonly Rule[] = [
	{
		recording: 'S04-',
		unit: 'instance-metadata.service',
		isMended: box => {
			const data = standInFor(box, 'instance-metadata.service');
			if (data === null) return null;
			// As the stand-in does when it is asked.
			box.files.write(`${data.folder}/used`, {content: Buffer.from('x'), mode: 0o600, uid: 0, gid: 0});
			return isJson(data.text) ? well : null;
		},
	},
	{
		recording: 'S05-',
		unit: 's3-config-sync.service',
		isMended: box => {
			const text = textOf(box, '/etc/instance-metadata/env.sh');
			const bucket = /^CONFIG_BUCKET='?([a-z0-9.-]+)'?$/m.exec(text)?.[1];
			const {name} = bucketOf(box);
			return bucket === readableBucket ? {instead: name === null ? [] : [[name, bucket]]} : null;
		},
	},
	{
		recording: 'S06-',
		unit: 'foo-app.service',
		isMended: box => (hasDatabaseHost(textOf(box, '/etc/foo-app/config.json')) ? well : null),
	},
	{
		recording: 'S07-',
		unit: 'foo-app.service',
		isMended: box => (/^MemoryMax=96M$/m.test(unitText(box, 'foo-app.service')) ? null : well),
	},
	{
		recording: 'S08-',
		unit: 'foo-app.service',
		isMended: box => (/^Type=notify$/m.test(unitText(box, 'foo-app.service')) ? null : well),
	},
	// Its configuration is there by now: only a boot shows that nothing orders the two.
	{recording: 'S09b-', unit: 'foo-app.service', isMended: () => well},
];

const textOf = ({files}: PlayedBox, path: string): string => files.read(path)?.content.toString('utf8') ?? '';

/** What a run of the unit gets for the user data, where a curl of somebody else comes first on its PATH. */
const standInFor = (
	box: PlayedBox,
	unit: string,
): {readonly folder: string; readonly text: string} | null => {
	const dropIns = box.files
		.names(`/run/systemd/system/${unit}.d`)
		.map(path => textOf(box, path))
		.join('\n');
	const folder = /^Environment="?PATH=([^:"]+):/m.exec(dropIns)?.[1];
	const program = folder === undefined ? null : box.files.read(`${folder}/curl`);
	if (folder === undefined || program === null || (program.mode & 0o111) === 0) return null;
	return {folder, text: textOf(box, `${folder}/data`)};
};

const isJson = (text: string): boolean => {
	try {
		JSON.parse(text);
		return true;
	} catch (error) {
		if (error instanceof SyntaxError) return false;
		throw error;
	}
};

/** The unit file and its drop-ins. */
const unitText = (box: PlayedBox, unit: string): string =>
	box.files
		.names('/etc/systemd/system')
		.filter(path => path.endsWith(`/${unit}`) || path.includes(`/${unit}.d/`))
		.map(path => textOf(box, path))
		.join('\n');

const hasDatabaseHost = (text: string): boolean => {
	try {
		const config = JSON.parse(text) as {readonly database?: {readonly host?: unknown}};
		return typeof config.database?.host === 'string';
	} catch (error) {
		if (error instanceof SyntaxError) return false;
		throw error;
	}
};
