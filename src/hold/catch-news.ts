/** What a catch tells as it happens, and the command it runs. */
import type {Hostile} from '../base/text.ts';
import type {PinView} from './care-types.ts';
import type {CatchEnd, CatchWish} from './catch-types.ts';
import type {ExecEnd} from './exec-command.ts';
import type {AnswerOutcome} from './hook-answers.ts';

export type CatchNews =
	| {readonly event: 'waiting'; readonly group: Hostile; readonly what: CatchWish['what']}
	| {readonly event: 'caught'; readonly instanceId: string; readonly lifecycleState: string}
	| {readonly event: 'state'; readonly instanceId: string; readonly from: string; readonly to: string}
	| ({readonly event: 'pin'} & Pick<PinView, 'instanceId' | 'state' | 'until' | 'says'>)
	| {readonly event: 'hold-begins'}
	| {readonly event: 'command-started'; readonly instanceId: string}
	| ({readonly event: 'command-ended'; readonly instanceId: string} & ExecEnd)
	| {readonly event: 'too-late'; readonly instanceId: string}
	| ({readonly event: 'hook-answered'; readonly instanceId: string; readonly hook: string} & AnswerOutcome)
	| {readonly event: 'let-go'; readonly instanceId: string; readonly why: 'gone' | 'time' | 'answered'}
	| {readonly event: 'warning'; readonly message: Hostile}
	| {readonly event: 'ended'; readonly why: CatchEnd};

export type CatchCommand = {
	readonly line: string;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	readonly stdout: 'stdout' | 'stderr';
	/** AWS time. */
	readonly timeoutMs: number;
	readonly reason: string;
};
