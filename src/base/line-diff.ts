/** The difference between two texts, line by line, as a unified diff. Myers' greedy algorithm, linear in what differs. */

export type Hunk = {
	/** First line, from 1, and how many: of the old text and of the new one. */
	readonly oldStart: number;
	readonly oldLines: number;
	readonly newStart: number;
	readonly newLines: number;
	/** Each begins with ' ', '-' or '+'; '\ No newline at end of file' stands where it must. */
	readonly lines: readonly string[];
};

const contextLines = 3;
/** More edits than this are told as one replacement of everything. */
const mostEdits = 1500;

export const diffLines = (before: string, after: string): readonly Hunk[] => {
	if (before === after) return [];
	const [old, now] = [linesOf(before), linesOf(after)];
	return hunksOf(editsBetween(old, now));
};

/** The `@@` line and its lines. */
export const hunkText = ({oldStart, oldLines, newStart, newLines, lines}: Hunk): string =>
	`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n${lines.join('\n')}\n`;

type Edit = {readonly mark: ' ' | '-' | '+'; readonly text: string};

const noEnd = '\\ No newline at end of file';

/** A last line without its end is another line than one with it. */
const linesOf = (text: string): readonly string[] => {
	if (text === '') return [];
	const lines = text.split('\n');
	const last = lines.pop() ?? '';
	return last === '' ? lines : [...lines, `${last}\n${noEnd}`];
};

const editsBetween = (old: readonly string[], now: readonly string[]): readonly Edit[] => {
	const path = shortestPath(old, now);
	if (path === null)
		return [
			...old.map(text => ({mark: '-', text}) as const),
			...now.map(text => ({mark: '+', text}) as const),
		];
	return path;
};

/** Null where it is longer than anybody wants to wait for. */
const shortestPath = (old: readonly string[], now: readonly string[]): readonly Edit[] | null => {
	const furthest = new Map<number, number>([[1, 0]]);
	const trace: ReadonlyMap<number, number>[] = [];
	for (let edits = 0; edits <= Math.min(mostEdits, old.length + now.length); edits += 1) {
		trace.push(new Map(furthest));
		for (let k = -edits; k <= edits; k += 2) {
			const isDown = k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1));
			let x = isDown ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
			let y = x - k;
			while (x < old.length && y < now.length && old[x] === now[y]) {
				x += 1;
				y += 1;
			}
			furthest.set(k, x);
			if (x >= old.length && y >= now.length) return walkBack(trace, old, now);
		}
	}
	return null;
};

const at = (furthest: ReadonlyMap<number, number>, k: number): number => furthest.get(k) ?? -1;

const walkBack = (
	trace: readonly ReadonlyMap<number, number>[],
	old: readonly string[],
	now: readonly string[],
): readonly Edit[] => {
	const edits: Edit[] = [];
	let [x, y] = [old.length, now.length];
	for (let step = trace.length - 1; step >= 0; step -= 1) {
		const furthest = trace[step] ?? new Map<number, number>();
		const k = x - y;
		const isDown = k === -step || (k !== step && at(furthest, k - 1) < at(furthest, k + 1));
		const before = isDown ? k + 1 : k - 1;
		const startX = step === 0 ? 0 : at(furthest, before);
		const startY = step === 0 ? 0 : startX - before;
		while (x > startX && y > startY) {
			x -= 1;
			y -= 1;
			edits.push({mark: ' ', text: old[x] ?? ''});
		}
		if (step === 0) break;
		if (isDown) edits.push({mark: '+', text: now[startY] ?? ''});
		else edits.push({mark: '-', text: old[startX] ?? ''});
		[x, y] = [startX, startY];
	}
	return edits.reverse();
};

const hunksOf = (edits: readonly Edit[]): readonly Hunk[] => {
	const hunks: Hunk[] = [];
	let [oldLine, newLine] = [1, 1];
	let open: {oldStart: number; newStart: number; edits: Edit[]; quiet: number} | null = null;
	const recent: Edit[] = [];
	const close = () => {
		if (open === null) return;
		const kept = open.edits.slice(0, open.edits.length - Math.max(0, open.quiet - contextLines));
		hunks.push(hunkOf(open.oldStart, open.newStart, kept));
		open = null;
	};
	for (const edit of edits) {
		if (edit.mark === ' ') {
			if (open !== null) {
				open.edits.push(edit);
				open.quiet += 1;
				if (open.quiet > 2 * contextLines) close();
			}
		} else {
			open ??= {
				oldStart: oldLine - recent.length,
				newStart: newLine - recent.length,
				edits: [...recent],
				quiet: 0,
			};
			open.edits.push(edit);
			open.quiet = 0;
		}
		if (edit.mark === ' ') recent.push(edit);
		else recent.length = 0;
		if (recent.length > contextLines) recent.shift();
		if (edit.mark !== '+') oldLine += 1;
		if (edit.mark !== '-') newLine += 1;
	}
	close();
	return hunks;
};

const hunkOf = (oldStart: number, newStart: number, edits: readonly Edit[]): Hunk => {
	const count = (marks: string) => edits.filter(({mark}) => marks.includes(mark)).length;
	const [oldLines, newLines] = [count(' -'), count(' +')];
	return {
		oldStart: oldLines === 0 ? oldStart - 1 : oldStart,
		oldLines,
		newStart: newLines === 0 ? newStart - 1 : newStart,
		newLines,
		lines: edits.flatMap(({mark, text}) => {
			const [line = '', ...end] = text.split('\n');
			return [`${mark}${line}`, ...end];
		}),
	};
};
