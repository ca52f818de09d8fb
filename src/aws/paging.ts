/** Pages and batches, the same in all services. */
import type {CallOptions} from './types.ts';

type Page<T> = {readonly items: readonly T[]; readonly next: string | undefined};

/** Every page, up to `max` items. */
export const allPages = async <T>(
	{signal}: CallOptions,
	read: (token: string | undefined, count: number) => Promise<Page<T>>,
	max = 100_000,
): Promise<readonly T[]> => {
	const items: T[] = [];
	let token: string | undefined;
	do {
		signal?.throwIfAborted();
		const page = await read(token, items.length);
		items.push(...page.items);
		// A token that comes again would page for ever.
		if (page.next === token) break;
		token = page.next || undefined;
	} while (token !== undefined && items.length < max);
	return items.slice(0, max);
};

export const chunks = <T>(items: readonly T[], size: number): T[][] =>
	Array.from({length: Math.ceil(items.length / size)}, (_, index) =>
		items.slice(index * size, (index + 1) * size),
	);

export const abortable = ({signal}: CallOptions) => (signal === undefined ? {} : {abortSignal: signal});
