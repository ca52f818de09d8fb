/** Other user data for one unit of a box: put there, used by a run of the unit, and taken away again. */
import {randomBytes} from 'node:crypto';
import type {Hostile} from '../base/text.ts';
import {
	armWords,
	disarmWords,
	prepareWords,
	readUserDataLine,
	type UserDataLine,
	type UserDataNews,
} from '../remote/user-data-line.ts';
import type {EditPlace} from './edit-file.ts';
import {runCommand} from './run-command.ts';

type Failed = {readonly news: 'failed'; readonly why: Hostile};
type Only<News extends UserDataNews['news']> = Extract<UserDataNews, {readonly news: News}> | Failed;

/** Each rejects when no session can be had; what the box could not do is `failed`. */
export const prepareUserData = (place: EditPlace, unit: string): Promise<Only<'ready'>> =>
	hear(place, {unit, words: prepareWords, news: 'ready'});
export const armUserData = (place: EditPlace, unit: string): Promise<Only<'armed'>> =>
	hear(place, {unit, words: armWords, news: 'armed'});
export const disarmUserData = (place: EditPlace, unit: string): Promise<Only<'gone'>> =>
	hear(place, {unit, words: disarmWords, news: 'gone'});

type Asked<News extends UserDataNews['news']> = {
	readonly unit: string;
	readonly words: (line: UserDataLine) => readonly string[];
	readonly news: News;
};

const hear = async <News extends UserDataNews['news']>(
	place: EditPlace,
	{unit, words, news}: Asked<News>,
): Promise<Only<News>> => {
	const nonce = randomBytes(16).toString('hex');
	const chunks: Buffer[] = [];
	const complaints: Buffer[] = [];
	const end = await runCommand({
		...place,
		argv: words({nonce, unit}),
		reason: 'unflap edit: user data',
		stdout: async bytes => void chunks.push(Buffer.from(bytes)),
		stderr: async bytes => void complaints.push(Buffer.from(bytes)),
		notice: () => undefined,
	});
	for (const line of Buffer.concat(chunks).toString('utf8').split('\n')) {
		const said = readUserDataLine(nonce, line.replace(/\r$/, ''));
		if (said?.news === 'failed') return {news: 'failed', why: withWords(said.why, complaints)};
		if (said?.news === news) return said as Only<News>;
	}
	const why =
		end.kind === 'lost'
			? end.why
			: end.kind === 'stopped'
				? 'it was stopped'
				: 'the box did not say how it went';
	return {news: 'failed', why: withWords(why, complaints)};
};

/** With what a program of the box complained of last. */
const withWords = (why: Hostile, complaints: readonly Buffer[]): Hostile => {
	const last = Buffer.concat(complaints).toString('utf8').trim().split('\n').at(-1) ?? '';
	return last === '' ? why : `${why} (${last.slice(0, 200)})`;
};
