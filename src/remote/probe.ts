/** What the probe line says of a box. Every value comes from the box: parsed, never trusted. */
import {isBootId} from './grammar.ts';

export type BoxFacts = {
	/** 0 when it could not be read. */
	readonly systemdVersion: number;
	readonly userId: number | null;
	/** Whether commands run through `sudo -n`. */
	readonly sudo: boolean;
	/** Root, or in a group that may read the system's journal. */
	readonly readsWholeJournal: boolean;
	readonly gzip: boolean;
	readonly base64: boolean;
	readonly bootId: string;
	readonly uptimeSeconds: number | null;
	/** What is missing, one clear line each; empty on a usual box. */
	readonly missing: readonly string[];
};

const journalGroups = ['systemd-journal', 'adm', 'wheel'];

/** `key=value` words; a value with a blank (`sudo -n`) goes on until the next key. */
export const parseProbe = (line: string): BoxFacts => {
	const values = new Map<string, string>();
	for (const [, key = '', value = ''] of line.slice(0, 4096).matchAll(/([a-z0-9]+)=(.*?)(?= [a-z0-9]+=|$)/g))
		values.set(key, value.trim());
	const text = (key: string) => values.get(key) ?? '';
	const userId = /^\d{1,10}$/.test(text('uid')) ? Number(text('uid')) : null;
	const sudo = text('sudo') !== '';
	const readsWholeJournal =
		userId === 0 ||
		sudo ||
		text('groups')
			.split(',')
			.some(group => journalGroups.includes(group));
	const facts = {
		systemdVersion: /^\d{1,5}$/.test(text('version')) ? Number(text('version')) : 0,
		userId,
		sudo,
		readsWholeJournal,
		gzip: text('gzip') !== '',
		base64: text('base64') !== '',
		bootId: isBootId(text('boot')) ? text('boot') : '',
		uptimeSeconds: /^\d{1,12}(\.\d{1,6})?$/.test(text('uptime')) ? Number(text('uptime')) : null,
	};
	return {...facts, missing: missingOf(facts)};
};

const missingOf = (facts: Omit<BoxFacts, 'missing'>) => [
	...(facts.readsWholeJournal
		? []
		: [
				'the journal is not readable whole: the session is not root, sudo asks for a password, and it is in no journal group',
			]),
	...(facts.systemdVersion === 0 ? ['journalctl did not say its version'] : []),
	...(facts.gzip ? [] : ['no gzip on the box: the journal comes uncompressed']),
	...(facts.base64 ? [] : ['no base64 on the box: no unit states']),
];
