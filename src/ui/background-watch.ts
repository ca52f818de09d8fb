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
	let known: Known | null = null;
	let askedAt = Number.NEGATIVE_INFINITY;
	let askedFor = '';
	let isAsking = false;
	const ask = async (detail: GroupDetail, instanceId: string) => {
		const {signal} = stopping;
		const story = storyOf(detail);
		const isFresh = known?.story === story && processClock.now() - known.at < standsMs;
		const readAt = isFresh ? (known?.at ?? 0) : processClock.now();
		isAsking = true;
		try {
			const background = await readBackground(
				aws,
				detail,
				{instanceId, launchedAt: launchOf(detail, instanceId)},
				{signal, known: isFresh ? (known?.background ?? null) : null},
			);
			known = {box: keyOf(detail, instanceId), story, at: readAt, background};
			changed();
		} catch (error) {
			if (!signal.aborted) failed(error);
		} finally {
			isAsking = false;
		}
	};
	return {
		of: (detail, instanceId) => {
			const box = keyOf(detail, instanceId);
			const about = `${box} ${storyOf(detail)} ${endOf(detail, instanceId)}`;
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

type Known = {
	readonly box: string;
	readonly story: string;
	/** When template and changes were read. */
	readonly at: number;
	readonly background: Background;
};

const keyOf = ({view}: GroupDetail, instanceId: string) => `${view.group.name} ${instanceId}`;

/** Another onset, template or hook makes another story of the group. */
const storyOf = ({view, hooks}: GroupDetail): string =>
	[view.group.name, onsetOf(view), view.group.template?.version, ...hooks.map(({name}) => name)].join(' ');

const lifeOf = ({view}: GroupDetail, instanceId: string) =>
	view.lives.find(life => life.instanceId === instanceId);

const endOf = (detail: GroupDetail, instanceId: string) => lifeOf(detail, instanceId)?.diedAt ?? null;

const launchOf = (detail: GroupDetail, instanceId: string) =>
	detail.boxes.find(box => box.instanceId === instanceId)?.launchedAt ??
	lifeOf(detail, instanceId)?.launchedAt ??
	null;
