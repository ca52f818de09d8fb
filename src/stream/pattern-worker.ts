/**
 * The user's regular expressions run in a thread of their own, 100 ms a batch: one that takes longer is switched off,
 * so that neither the screen nor a hold waits for it (threats.md X3).
 */
import {Worker} from 'node:worker_threads';

export type PatternRunner = {
	/** One flag a text, or null when the pattern was too slow: it is switched off then, for good. */
	readonly match: (texts: readonly string[]) => Promise<Uint8Array | null>;
	readonly stop: () => void;
};

/** Not counting the start of the thread. */
const batchLimitMs = 100;

const threadSource = `
const {parentPort, workerData} = require('node:worker_threads');
const pattern = new RegExp(workerData);
parentPort.on('message', ({id, texts}) => {
	parentPort.postMessage({id, began: true});
	parentPort.postMessage({id, flags: Uint8Array.from(texts, text => (pattern.test(text) ? 1 : 0))});
});
`;

/** Throws a SyntaxError for what is no regular expression. */
export const createPatternRunner = (source: string): PatternRunner => {
	new RegExp(source);
	let isOff = false;
	let worker: Worker | null = null;
	let lastId = 0;
	const start = () => {
		const started = new Worker(threadSource, {
			eval: true,
			workerData: source,
			env: {},
			stdin: false,
			resourceLimits: {maxOldGenerationSizeMb: 64},
		});
		started.unref();
		return started;
	};
	const stop = () => {
		isOff = true;
		void worker?.terminate();
		worker = null;
	};
	return {
		match: texts => {
			if (isOff) return Promise.resolve(null);
			worker ??= start();
			const thread = worker;
			lastId += 1;
			const id = lastId;
			return new Promise(resolve => {
				let timer: NodeJS.Timeout | null = null;
				const finish = (flags: Uint8Array | null) => {
					if (timer !== null) clearTimeout(timer);
					thread.off('message', onMessage);
					thread.off('error', onError);
					thread.off('exit', onError);
					if (flags === null) stop();
					resolve(flags);
				};
				const onError = () => finish(null);
				const onMessage = (answer: {id: number; began?: boolean; flags?: Uint8Array}) => {
					if (answer.id !== id) return;
					if (answer.flags !== undefined) finish(answer.flags);
					else timer = setTimeout(() => finish(null), batchLimitMs);
				};
				thread.on('message', onMessage);
				thread.on('error', onError);
				thread.on('exit', onError);
				thread.ref();
				thread.postMessage({id, texts});
			}).finally(() => thread.unref()) as Promise<Uint8Array | null>;
		},
		stop,
	};
};
