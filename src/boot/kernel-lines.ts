/** What the kernel says about the processes of units: out-of-memory kills and segfaults. Its own lines only (threats.md, X4). */
import type {JournalEntry} from '../journal/types.ts';

export type KernelLine =
	/** Names the unit and the victim; the sentence for people follows it. */
	| {readonly kind: 'oom-victim'; readonly unit: string; readonly pid: number}
	| {readonly kind: 'oom-killed'; readonly pid: number}
	| {readonly kind: 'segfault'; readonly pid: number};

/** User space can write to the kernel's log too, but journald does not call it `kernel` then. */
export const isKernelLine = (entry: JournalEntry): boolean =>
	entry.transport === 'kernel' && entry.identifier === 'kernel' && entry.pid === 0;

const seenCharacters = 2048;

export const kernelLineOf = (entry: JournalEntry): KernelLine | null => {
	const text = entry.message.slice(0, seenCharacters);
	if (text.startsWith('oom-kill:')) {
		const unit = /task_memcg=[^,]{0,1000}\/([^/,]{1,256})(,|$)/.exec(text)?.[1];
		const pid = Number(/,pid=(\d{1,9})/.exec(text)?.[1] ?? Number.NaN);
		return unit === undefined || Number.isNaN(pid) ? null : {kind: 'oom-victim', unit, pid};
	}

	const killed = /(?:[Oo]ut of memory|oom).{0,40}: Kill(?:ed)? process (\d{1,9}) /.exec(text)?.[1];
	if (killed !== undefined) {
		return {kind: 'oom-killed', pid: Number(killed)};
	}

	const faulted = /^[^[\]]{1,64}\[(\d{1,9})\]: segfault at /.exec(text)?.[1];
	return faulted === undefined ? null : {kind: 'segfault', pid: Number(faulted)};
};
