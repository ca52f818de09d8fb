/** What `unflap catch` says, as lines and as records. */

import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {clockText} from '../base/time-text.ts';
import type {BlastRadius} from '../hold/blast-radius.ts';
import type {CatchNews} from '../hold/catch-news.ts';
import type {CatchEnd} from '../hold/catch-types.ts';

const own = (text: Hostile): Shown => shown(hostile(text));
const short = (instanceId: string): Shown => own(instanceId.slice(-4));

/** Null: said elsewhere, or not worth a line. */
export const newsLine = (news: CatchNews): Shown | null => {
	switch (news.event) {
		case 'waiting':
			return news.what === 'dying'
				? ours`waiting for a box of ${own(news.group)} to die …`
				: ours`waiting for the next box of ${own(news.group)} …`;
		case 'caught':
			return ours`◆ caught ${own(news.instanceId)}, ${own(news.lifecycleState)}`;
		case 'state':
			return ours`${short(news.instanceId)}: ${own(news.from)} → ${own(news.to)}`;
		case 'pin':
			return ours`${short(news.instanceId)}: ${own(news.says)}${news.until === null ? ours`` : ours` (until ${clockText(news.until)} UTC at most)`}`;
		case 'hold-begins':
			return ours`holding the group …`;
		case 'command-started':
			return ours`${short(news.instanceId)}: COMMAND runs; its hook is kept by heartbeats`;
		case 'command-ended':
			return ours`${short(news.instanceId)}: COMMAND ${commandEnd(news)}`;
		case 'too-late':
			return ours`${short(news.instanceId)}: its hook was over before COMMAND could begin, so it does not run`;
		case 'hook-answered':
			return ours`${short(news.instanceId)}: ${own(news.says)}${news.kind === 'failed' ? ours`; the hook runs out by itself` : ours``}`;
		case 'let-go':
			return ours`${short(news.instanceId)}: ${own(letGoWords[news.why])}`;
		case 'warning':
			return ours`${own(news.message)}`;
		case 'ended':
			return null;
	}
};

const commandEnd = ({code, how, problem}: Extract<CatchNews, {event: 'command-ended'}>): Shown => {
	switch (how) {
		case 'exit':
			return ours`ended with ${code ?? 0}`;
		case 'timeout':
			return ours`hung and was ended (${code ?? 0})`;
		case 'stopped':
			return ours`was ended: its hook gets no answer and runs out by itself`;
		case 'not-started':
			return ours`could not be started (${own(problem ?? 'unknown')}): its hook gets no answer`;
	}
};

const letGoWords: Readonly<Record<Extract<CatchNews, {event: 'let-go'}>['why'], string>> = {
	gone: 'the box is gone',
	time: 'its time is over: heartbeats stop',
	answered: 'done with it',
};

export const endWords: Readonly<Record<CatchEnd, string>> = {
	asked: 'ended',
	time: 'its time is over',
	gone: 'the box is gone',
	'nobody-came': 'nobody came in the time given',
	answered: 'its hook has been answered',
	'group-gone': 'the group is gone',
};

export const newsRecord = (news: CatchNews): unknown =>
	news.event === 'pin'
		? {...news, until: news.until === null ? null : new Date(news.until).toISOString()}
		: news;

export const radiusRecord = ({says, whom: _, ...facts}: BlastRadius): unknown => ({
	event: 'touches',
	...facts,
	says,
});

/** What a rescue means, before it is asked for. */
export const rescueLines = (hook: Hostile): readonly Shown[] => [
	ours`A rescue answers CONTINUE for ${own(hook)} before CodeDeploy abandons it:`,
	ours`  - the box comes into service before its deployment has finished, and joins the load balancer:`,
	ours`    where its health check passes it gets real traffic`,
	ours`  - it is kept there by the hold alone; after the release it dies by its health check, or serves on`,
	ours`  - CodeDeploy's own answer then comes too late; that it does no more than fail was not verified on AWS`,
];

export const consoleLines = (instanceId: string, text: Hostile): readonly Shown[] =>
	text
		.split('\n')
		.filter(line => line.trim() !== '')
		.map(line => ours`${pad(short(instanceId), 4, 'left')} console: ${shown(line)}`);
