/** Disk and memory of a box, from `df -Pk` and /proc/meminfo. */
import type {Hostile} from '../base/text.ts';
import type {ProbeAnswer} from './box-probe-answers.ts';
import {type Finding, unknown} from './box-probe-facts.ts';

type Mount = {readonly mount: Hostile; readonly usedPercent: number; readonly freeKib: number};

const fullPercent = 99;
const fullKib = 10 * 1024;

/** The fullest of the file systems that were asked for. */
export const diskFinding = ({lines}: ProbeAnswer): Finding => {
	const mounts = lines.map(mountOf).filter(mount => mount !== null);
	const [fullest] = mounts.toSorted((one, other) => other.usedPercent - one.usedPercent);
	if (fullest === undefined) return unknown('df gave no answer that can be read');
	const {mount, usedPercent, freeKib} = fullest;
	return {
		state: usedPercent >= fullPercent || freeKib < fullKib ? 'bad' : 'ok',
		text: `${mount} ${usedPercent}% used, ${size(freeKib)} free`,
		value: {mount, usedPercent, freeKib},
	};
};

/** A device may have blanks in its name: the line is read from its end. */
const mountOf = (line: Hostile): Mount | null => {
	const [, free, percent, mount] =
		/\s\d{1,16}\s+\d{1,16}\s+(\d{1,15})\s+(\d{1,3})%\s+(\/\S{0,200})$/.exec(line) ?? [];
	return free === undefined || percent === undefined || mount === undefined
		? null
		: {mount, usedPercent: Number(percent), freeKib: Number(free)};
};

const scarceKib = 32 * 1024;
const scarceShare = 0.02;

export const memoryFinding = ({lines}: ProbeAnswer): Finding => {
	const kib = (name: string) => {
		const found = lines.map(line => new RegExp(`^${name}: +(\\d{1,15}) kB$`).exec(line)?.[1]).find(Boolean);
		return found === undefined ? null : Number(found);
	};
	const total = kib('MemTotal');
	// Kernels before 3.14 do not say what is available.
	const free = kib('MemAvailable') ?? kib('MemFree');
	if (total === null || free === null || total === 0) return unknown('/proc/meminfo cannot be read');
	return {
		state: free < scarceKib || free / total < scarceShare ? 'bad' : 'ok',
		text: `${size(free)} free of ${size(total)}`,
		value: {freeKib: free, totalKib: total},
	};
};

const size = (kib: number): string => {
	if (kib < 1024) return `${kib} KiB`;
	const mib = kib / 1024;
	return mib < 1024 ? `${Math.round(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
};
