// npm run pictures: drives the built program on the lab and draws each screen as SVG into docs/screens.
// Sizes and colours as a user has them: 80x24, 100x30, 200x50; dark, light and without colour.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openLab, program} from '../test/bench/lab.js';
import {openScreen, wait} from './program-screen.js';
import {root} from './run.js';
import {screenSvg} from './screen-svg.js';

const folder = join(root, 'docs/screens');
mkdirSync(folder, {recursive: true});

const sizes = [
	[80, 24],
	[100, 30],
	[200, 50],
];
const looks = [
	{look: 'dark', environment: {UNFLAP_THEME: 'dark'}, theme: 'dark'},
	{look: 'light', environment: {UNFLAP_THEME: 'light'}, theme: 'light'},
	{look: 'plain', environment: {NO_COLOR: '1'}, theme: 'dark'},
];
const only = process.argv.slice(2);

/** Each step: keys to press, what must stand there, and the picture's name. */
const steps = [
	{name: 'fleet', keys: [], see: /web-prod.*FLAPS/},
	{name: 'help', keys: ['?'], see: /Keys, this screen first/},
	{name: 'group', keys: ['\u001B', '\r'], see: /Instances \d+ of/},
	{name: 'hold-preview', keys: ['H'], see: /Hold web-prod/, settle: 2500},
	{name: 'group-held', keys: ['\r'], see: /■ HELD by/, settle: 2500},
	{name: 'boot', keys: ['3'], see: /✖ failed/, settle: 2500},
	{name: 'logs', keys: ['4'], see: /following/, settle: 2500},
	{name: 'errors', keys: ['!'], see: /Errors/},
	{name: 'changes', keys: ['\u001B', '@'], see: /SuspendProcesses/},
	{name: 'why', keys: ['\u001B', '5'], see: /▸ why/},
	{name: 'activity', keys: ['6'], see: /[Aa]ctivity/},
	{name: 'release-preview', keys: ['2', 'H'], see: /Release web-prod/, settle: 2500},
];

/** Recorded boots whose story screens 3 and 5 tell at a glance. */
const stories = [
	'S03-tags-missing-pending-wait',
	'S05-s3-access-denied',
	'S06-crash-loop',
	'S09b-ordering-asg',
];
const storySizes = [
	[80, 24],
	[100, 30],
];
const storySteps = story => [
	{name: `boot-${shortOf(story)}`, keys: ['3'], see: /[✖●] (?:failed|running)/, settle: 6000},
	{name: `why-${shortOf(story)}`, keys: ['5'], see: /certain|likely/, settle: 3000},
];
const shortOf = story => story.split('-')[0].toLowerCase();

const draw = async (
	[columns, rows],
	{look, environment, theme},
	{steps: taken = steps, lab: labArguments = [], program: words = []} = {},
) => {
	const lab = await openLab('--seed', '7', '--speed', '1', ...labArguments);
	const screen = openScreen({
		file: process.execPath,
		args: [program, ...words],
		columns,
		rows,
		environment: {...lab.environment, ...environment},
		folder: root,
	});
	try {
		for (const {name, keys, see, settle = 700} of taken) {
			await screen.press(...keys);
			await screen.until(see, {seconds: 40, what: `${name} at ${columns}x${rows}: ${see}`});
			await wait(settle);
			const file = `${name}-${columns}x${rows}-${look}.svg`;
			writeFileSync(join(folder, file), screenSvg(screen.terminal, {theme, title: `unflap: ${name}`}));
			console.log(file);
		}
	} finally {
		screen.kill('SIGTERM');
		await screen.ended(40);
		lab.stop();
	}
};

for (const size of sizes) {
	for (const look of looks) {
		const label = `${size.join('x')}-${look.look}`;
		if (only.length > 0 && !only.some(part => label.includes(part))) continue;
		await draw(size, look);
	}
}
for (const story of stories) {
	for (const size of storySizes) {
		const label = `${shortOf(story)}-${size.join('x')}-dark`;
		if (only.length > 0 && !only.some(part => label.includes(part))) continue;
		await draw(size, looks[0], {
			steps: storySteps(story),
			lab: ['--scenario', story],
			program: ['web-prod'],
		});
	}
}
