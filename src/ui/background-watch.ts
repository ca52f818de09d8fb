/**
 * What stands behind the group on screen 5, asked for while that screen is looked at: deployments and CloudTrail are
 * slow and narrow sources. An answer stands for some minutes, and until the group's story is another one.
 */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {type Background, readBackground} from '../groups/background.ts';
import {onsetOf} from '../groups/onset.ts';
import type {GroupDetail} from '../groups/types.ts';

type BackgroundOptions = {
	readonly aws: Pick<Aws, 'polling' | 'clock'>;
	readonly processClock: ProcessClock;
	readonly changed: () => void;
	readonly failed: (error: unknown) => void;
};

export type BackgroundWatch = {
	/** The newest answer for this box of this group; null before the first. */
	readonly of: (detail: GroupDetail, instanceId: string) => Background | null;
	readonly stop: () => void;
};

const standsMs = 5 * 60_000;

export const createBackgroundWatch = ({
	aws,
	processClock,
	changed,
	failed,
}: BackgroundOptions): BackgroundWatch => {
	const stopping = new AbortController();
	let known: {readonly box: string; readonly background: Background} | null = null;
	let askedAt = Number.NEGATIVE_INFINITY;
	let askedFor = '';
	let isAsking = false;
	const ask = async (detail: GroupDetail, instanceId: string) => {
		const life = detail.view.lives.find(one => one.instanceId === instanceId);
		const box = detail.boxes.find(one => one.instanceId === instanceId);
		const launchedAt = box?.launchedAt ?? life?.launchedAt ?? null;
		isAsking = true;
		try {
			const {signal} = stopping;
			const background = await readBackground(aws, detail, {instanceId, launchedAt}, {signal});
			known = {box: keyOf(detail, instanceId), background};
			changed();
		} catch (error) {
			if (!stopping.signal.aborted) failed(error);
		} finally {
			isAsking = false;
		}
	};
	return {
		of: (detail, instanceId) => {
			const box = keyOf(detail, instanceId);
			const about = `${box} ${storyOf(detail, instanceId)}`;
			const now = processClock.now();
			if (!isAsking && (about !== askedFor || now - askedAt >= standsMs)) {
				askedFor = about;
				askedAt = now;
				void ask(detail, instanceId);
			}
			return known?.box === box ? known.background : null;
		},
		stop: () => stopping.abort(),
	};
};

const keyOf = ({view}: GroupDetail, instanceId: string) => `${view.group.name} ${instanceId}`;

/** Another onset, template, hook, or the box's end makes another story. */
const storyOf = ({view, hooks}: GroupDetail, instanceId: string): string =>
	[
		onsetOf(view),
		view.group.template?.version,
		hooks.map(({name}) => name).join(),
		view.lives.find(life => life.instanceId === instanceId)?.diedAt,
	].join(' ');
