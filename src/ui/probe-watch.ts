/**
 * What the box of screen 5 says of itself, asked while that screen is looked at and the box answers: once, again when
 * another unit is the first to fail, and when the answer is some minutes old. Never under read-only.
 */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {healthAsked} from '../groups/health-asked.ts';
import type {Box, GroupDetail} from '../groups/types.ts';
import type {BoxProbe} from '../remote/box-probe-types.ts';
import {type ProbeOptions, probeBox} from '../stream/probe-box.ts';
import type {WatchedBox} from './box-watch.ts';

export type ProbeWatch = {
	/** The newest answer of this box; null before the first. */
	readonly of: (detail: GroupDetail, watched: WatchedBox) => BoxProbe | null;
	readonly stop: () => Promise<void>;
};

type Options = {
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly stateFolder: string | null;
	readonly readOnly: boolean;
	readonly changed: () => void;
	readonly failed: (error: unknown) => void;
	/** Another in tests. */
	readonly probe?: (options: ProbeOptions) => Promise<BoxProbe>;
};

const standsMs = 3 * 60_000;

export const createProbeWatch = (options: Options): ProbeWatch => {
	const {aws, processClock, stateFolder, readOnly, changed, failed, probe = probeBox} = options;
	const stopping = new AbortController();
	const {signal} = stopping;
	let known: {readonly ofBoot: string; readonly probe: BoxProbe} | null = null;
	let askedFor = '';
	let askedAt = Number.NEGATIVE_INFINITY;
	let asking: Promise<void> | null = null;
	const ask = async (detail: GroupDetail, box: Box, watched: WatchedBox) => {
		const {instanceId} = box;
		const {store} = watched;
		const ofBoot = bootOf(watched);
		const health = healthAsked(box, detail);
		try {
			const [instance] = await aws.polling.instances([instanceId], {signal});
			const answer = await probe({
				aws,
				instanceId,
				processClock,
				stateFolder,
				store,
				health,
				instance: instance ?? null,
				signal,
			});
			known = {ofBoot, probe: answer};
			changed();
		} catch (error) {
			// Its refusal is in the errors view; the verdict stands without it.
			if (!signal.aborted && !(error instanceof UnflapError && error.kind !== 'bug')) failed(error);
		} finally {
			asking = null;
		}
	};
	return {
		of: (detail, watched) => {
			const {instanceId, boot, state} = watched;
			const box = detail.boxes.find(one => one.instanceId === instanceId);
			const about = `${instanceId} ${boot?.bootId ?? ''} ${boot?.firstFault?.unit ?? ''}`;
			const isDue = about !== askedFor || processClock.now() - askedAt >= standsMs;
			if (box !== undefined && state.state === 'live' && !readOnly && asking === null && isDue) {
				askedFor = about;
				askedAt = processClock.now();
				asking = ask(detail, box, watched);
			}
			// An earlier boot is another story.
			return known?.ofBoot === bootOf(watched) ? known.probe : null;
		},
		stop: async () => {
			stopping.abort();
			await asking;
		},
	};
};

const bootOf = ({instanceId, boot}: WatchedBox): string => `${instanceId} ${boot?.bootId ?? ''}`;
