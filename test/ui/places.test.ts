import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {Aws} from '../../src/aws/types.ts';
import {UnflapError} from '../../src/base/errors.ts';
import type {OpenedPlace, PlaceWanted} from '../../src/ui/switch-place.ts';
import {noHolds, openApp} from './app-screen.ts';
import {aFakeAws, aGroup, settings} from './fakes.ts';

const config = (text: string) => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-config-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	writeFileSync(join(folder, 'config'), text);
	writeFileSync(
		join(folder, 'credentials'),
		'[keys-only]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = notshown\n',
	);
	return {AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials')};
};

const shared = `[default]
region = eu-west-1
[profile staging]
region = us-east-1
sso_session = corp
[profile deploy]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = default
[sso-session corp]
sso_start_url = https://example.invalid/start
`;

/** Opens what is asked for, and tells what was; `identity` may refuse. */
const elsewhere = (part: Partial<Aws> = {}) => {
	const wanted: PlaceWanted[] = [];
	const closed: string[] = [];
	const there = aFakeAws([aGroup({name: 'api-there'})], []);
	const openPlace = async (place: PlaceWanted): Promise<OpenedPlace> => {
		wanted.push(place);
		const facts = {...there.aws.facts, profile: place.profile, region: place.region ?? 'eu-west-1'};
		return {
			aws: {...there.aws, facts, ...part},
			holds: async () => noHolds,
			settings: {...settings, ...place},
			close: async () => {
				closed.push(place.region ?? '');
			},
		};
	};
	return {wanted, closed, openPlace, changes: there.changes};
};

const here = () => aFakeAws([aGroup({name: 'web-here'})], []);

test('P lists the profiles of both files with their regions, without a secret, and goes to the chosen one', async () => {
	const {wanted, openPlace} = elsewhere();
	const app = openApp({...here(), openPlace, environment: config(shared)});
	await app.sees(/▸ web-here/);
	app.write('P');
	await app.sees(/─ Profile · type to search/);
	await app.sees(/default +eu-west-1/);
	await app.sees(/deploy +eu-west-1, none of its own · role/);
	await app.sees(/keys-only .*· keys/);
	await app.sees(/staging +us-east-1 · single sign-on/);
	expect(app.text()).not.toMatch(/corp|notshown|AKID/);
	app.write('stag');
	await app.sees(/Profile · \/stag/);
	app.write('\r');
	await app.sees(/▸ api-there/);
	await app.sees(/now staging in us-east-1/);
	expect(app.text()).not.toContain('web-here');
	expect(app.lines()[0]).toMatch(/staging .*us-east-1/);
	expect(wanted).toEqual([{profile: 'staging', region: 'us-east-1'}]);
});

test('R names the region that is shown, those of profiles first, and takes one that is typed whole', async () => {
	const {wanted, openPlace} = elsewhere();
	const app = openApp({...here(), openPlace, environment: config(shared)});
	await app.sees(/▸ web-here/);
	app.write('R');
	await app.sees(/▸ ● eu-west-1 +region of default/);
	await app.sees(/us-east-1 +region of staging/);
	app.write('xx-new-7');
	await app.sees(/▸ +xx-new-7 +as typed/);
	app.write('\r');
	await app.sees(/now in xx-new-7/);
	expect(wanted).toEqual([{profile: null, region: 'xx-new-7'}]);
});

test('a place that does not answer is said plainly, and the present one stays', async () => {
	const refused = aFakeAws([], []).aws;
	const {openPlace, closed} = elsewhere({
		polling: {
			...refused.polling,
			identity: async () => {
				throw new UnflapError('no-credentials', 'No AWS credentials were found', {
					next: ['aws sso login --profile staging'],
				});
			},
		},
	});
	const app = openApp({...here(), openPlace, environment: config(shared)});
	await app.sees(/▸ web-here/);
	app.write('P');
	await app.sees(/staging/);
	app.write('staging\r');
	await app.sees('✖ No AWS credentials were found');
	await app.sees('▸ aws sso login --profile staging');
	await app.sees('still on the place of before');
	expect(closed).toEqual(['us-east-1']);
	app.write('\u001B');
	await app.sees(/Profile · type to search/);
	app.write('\u001B');
	await app.sees(/▸ web-here/);
	expect(app.lines()[0]).toMatch(/eu-west-1/);
});

test('without profiles the list says whose credentials are used', async () => {
	const app = openApp({
		...here(),
		environment: {AWS_CONFIG_FILE: '/nonexistent/a', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/b'},
	});
	await app.sees(/▸ web-here/);
	app.write('P');
	await app.sees(/no profile in ~\/.aws\/config/);
});
