// npm run loss [N]: N numbered journal lines (200,000), and as many lines of a shell, while frames are dropped, doubled,
// swapped and late, the socket is closed ten times and publication is paused: every number once, in order.
import {firstWrong, streamNumberedLines, typeNumberedLines} from '../test/stream/loss.ts';

const lines = Number(process.argv[2] ?? 200_000);
const faults = [
	{kind: 'drop', share: 0.001},
	{kind: 'duplicate', share: 0.01},
	{kind: 'reorder', share: 0.01},
	{kind: 'delay', share: 0.002, ms: 80},
];
let failed = false;
const check = (isTrue, text) => {
	console.log(`  ${isTrue ? 'ok ' : 'BAD'} ${text}`);
	failed ||= !isTrue;
};

const journal = await streamNumberedLines({lines, linesASecond: 4000, closes: 10, pauses: 3, faults});
console.log(`journal: ${lines} lines in ${journal.seconds.toFixed(0)} s over ${journal.sessions} sessions`);
const wrong = firstWrong(journal.numbers);
check(wrong === null && journal.numbers.length === lines, `every number once, in order ${wrong ?? ''}`);
const {screen} = journal;
check(
	screen.lines === journal.all && screen.lost === 0,
	`the screen counts ${screen.lines} lines, ${screen.lost} lost`,
);
const resumed = journal.marks.filter(mark => mark.includes('0 lines lost')).length;
check(resumed >= 12, `${resumed} times resumed at the same cursor`);

const shell = await typeNumberedLines({lines, closes: 10, pauses: 3, faults});
console.log(`shell: ${lines} lines in ${shell.seconds.toFixed(0)} s, ${shell.resumed} times resumed`);
const misplaced = firstWrong(shell.numbers);
check(misplaced === null && shell.numbers.length === lines, `every number once, in order ${misplaced ?? ''}`);
process.exit(failed ? 1 : 0);
