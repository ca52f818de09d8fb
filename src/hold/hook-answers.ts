/**
 * The one answer that a box gets for a hook. What is answered is decided by a record, made exclusively and written
 * before AWS is asked: of two processes, or of a process and its successor, the first decides, and whatever is sent for
 * this box and hook from then on is the same answer (issue: never two answers).
 */
import {createHash, randomBytes} from 'node:crypto';
import {link, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Aws} from '../aws/types.ts';
import type {AwsMs, ProcessClock} from '../base/clock.ts';
import {encodeJson} from '../base/json.ts';
import {
	checkOwnFolder,
	codeOf,
	ensureOwnFolder,
	openExclusive,
	readOwnFile,
	removeFile,
	syncFolder,
} from '../base/safe-files.ts';
import type {Hostile} from '../base/text.ts';
import {describeFailure} from './call-failure.ts';
import {isNoActiveAction} from './heal.ts';
import type {HoldPlace} from './ledger-entry.ts';
import {
	isGroupArn,
	isGroupName,
	isMoment,
	isPlace,
	isText,
	parseRecord,
	type RecordFields,
} from './record-fields.ts';

export type HookResult = 'CONTINUE' | 'ABANDON';

/** Whose hook, for which box: of a box that comes out of a warm pool the hook begins anew, and so does its record. */
export type HookTarget = {
	readonly place: HoldPlace;
	readonly group: string;
	readonly arn: string;
	readonly instanceId: string;
	readonly hook: string;
};

export type HookAnswer = HookTarget & {
	readonly version: 1;
	readonly result: HookResult;
	readonly decidedAt: AwsMs;
	readonly owner: string;
};

export type HookAnswers = {
	/** Writes the decision unless one was made before; gives the one that stands. */
	readonly decide: (answer: HookAnswer) => Promise<HookAnswer>;
	readonly read: (target: HookTarget) => Promise<HookAnswer | null>;
	/** Removes decisions older than any wait can be. */
	readonly prune: (now: AwsMs) => Promise<void>;
};

export const createHookAnswers = (stateFolder: string): HookAnswers => {
	const folder = join(stateFolder, 'hook-answers');
	const read = async (target: HookTarget) => {
		const text = await readOwnFile(join(folder, fileName(target)), 10_000);
		return text === undefined ? null : parseHookAnswer(text);
	};
	return {
		read,
		decide: async answer => {
			await ensureOwnFolder(folder);
			if (await claim(folder, fileName(answer), `${encodeJson(answer)}\n`)) return answer;
			const standing = await read(answer);
			// A file that is no decision of ours decides nothing, and nothing is sent beside it.
			if (standing === null)
				throw new Error(`The record ${fileName(answer)} is damaged: nothing is answered`);
			return standing;
		},
		prune: async now => {
			if (!(await checkOwnFolder(folder))) return;
			for (const name of (await readdir(folder)).filter(one => /^answer-[0-9a-f]{32}\.json$/.test(one))) {
				const text = await readOwnFile(join(folder, name), 10_000);
				const answer = text === undefined ? null : parseHookAnswer(text);
				if (answer !== null && now - answer.decidedAt > longestWaitMs) await removeFile(join(folder, name));
			}
		},
	};
};

/** No hook waits longer than 48 hours (aws-facts.md 2.4); a day more for clocks. */
const longestWaitMs = 72 * 3_600_000;

const fileName = ({place, arn, instanceId, hook}: HookTarget): string => {
	const {account, partition, region, endpoint} = place;
	const key = JSON.stringify([account, partition, region, endpoint, arn, instanceId, hook]);
	return `answer-${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`;
};

/** Written whole under another name first: of two that decide one wins, and nobody reads half a decision. */
const claim = async (folder: string, name: string, text: string): Promise<boolean> => {
	const temporary = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
	const file = await openExclusive(temporary);
	try {
		await file.writeFile(text);
		await file.sync();
		await link(temporary, join(folder, name));
		await syncFolder(folder);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw error;
	} finally {
		await file.close();
		await removeFile(temporary);
	}
};

export const parseHookAnswer = (text: string): HookAnswer | null => parseRecord<HookAnswer>(text, fields);

const fields: RecordFields<HookAnswer> = {
	version: value => value === 1,
	place: isPlace,
	group: isGroupName,
	arn: isGroupArn,
	instanceId: isText(/^i-[0-9a-f]{8,17}$/),
	hook: isText(/^[A-Za-z0-9_/-]{1,255}$/),
	result: value => value === 'CONTINUE' || value === 'ABANDON',
	decidedAt: isMoment,
	owner: isText(/^[\w@.-]{1,64}$/),
};

export type AnswerOutcome = {
	/**
	 * `answered`: AWS took it, now or when its answer was lost. `over`: somebody else answered, or the hook ran out.
	 * `failed`: AWS refuses it, or did not answer for long: the hook is left to time out.
	 */
	readonly kind: 'answered' | 'over' | 'failed';
	/** What was sent: what the record says. */
	readonly result: HookResult;
	readonly says: Hostile;
};

export type AnswerOptions = {
	readonly aws: Pick<Aws, 'release'>;
	readonly processClock: ProcessClock;
	/** Aborted when the process ends: the answer is then left as it is. */
	readonly signal?: AbortSignal;
};

const retriesMs = [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000, 30_000, 30_000, 30_000];

/** Sends what the record says until AWS has answered. A lost answer is repeated with the same answer, never another. */
export const sendAnswer = async (
	{group, hook, instanceId, result}: HookAnswer,
	{aws, processClock, signal}: AnswerOptions,
): Promise<AnswerOutcome> => {
	let isLost = false;
	for (let tries = 0; ; tries += 1) {
		try {
			await aws.release.completeHook(group, hook, instanceId, result, {attempts: 1});
			return {kind: 'answered', result, says: `${result} for ${hook}`};
		} catch (error) {
			if (isNoActiveAction(error))
				return isLost
					? {kind: 'answered', result, says: `${result} for ${hook}; the answer to it was lost, and repeated`}
					: {kind: 'over', result, says: `${hook} was over before: answered by somebody else, or run out`};
			const {settled, lasting, message} = describeFailure(error);
			const waitMs = retriesMs[tries];
			if (lasting || waitMs === undefined || signal?.aborted === true)
				return {kind: 'failed', result, says: `${result} for ${hook} could not be sent: ${message}`};
			isLost ||= !settled;
			await processClock.sleep(waitMs, signal);
		}
	}
};
