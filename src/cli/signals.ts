/** The process's signals, crashes and its door as requests to end. Only main.ts calls this. */
import {Socket} from 'node:net';
import type {Ending, EndSignal} from '../base/exit.ts';

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** How long a signal that reached the door may take to reach us too, when it was sent to the whole process group. */
const groupMs = 150;

export const listenForEnd = (ending: Ending, environment: NodeJS.ProcessEnv): void => {
	const received = new Map<EndSignal, number>();
	let count = 0;
	const deliver = (signal: EndSignal) => {
		received.set(signal, (received.get(signal) ?? 0) + 1);
		count++;
		ending.request({kind: 'signal', signal, count});
	};
	for (const signal of endSignals) process.on(signal, deliver);
	process.on('uncaughtException', error => ending.request({kind: 'crash', error}));
	process.on('unhandledRejection', error => ending.request({kind: 'crash', error}));
	listenToDoor(environment, {deliver, received: signal => received.get(signal) ?? 0});
};

type Delivery = {
	readonly deliver: (signal: EndSignal) => void;
	readonly received: (signal: EndSignal) => number;
};

/**
 * Under an older Node, bin/unflap.js runs this program as its child and tells it over a pipe which signals it got. One
 * from the terminal reaches both: what counts is the larger number. The pipe's end means that the door was killed.
 */
const listenToDoor = (environment: NodeJS.ProcessEnv, {deliver, received}: Delivery) => {
	const fd = Number(environment['UNFLAP_DOOR_FD']);
	delete environment['UNFLAP_DOOR_FD'];
	if (fd !== 3) return;
	const told = new Map<EndSignal, number>();
	const settle = (signal: EndSignal) => {
		while (received(signal) < (told.get(signal) ?? 0)) deliver(signal);
	};
	const door = new Socket({fd, readable: true, writable: false});
	door.setEncoding('utf8');
	door.on('data', (text: string) => {
		for (const name of text.split('\n')) {
			const signal = endSignals.find(candidate => candidate === name);
			if (signal === undefined) continue;
			told.set(signal, (told.get(signal) ?? 0) + 1);
			setTimeout(settle, groupMs, signal);
		}
	});
	door.on('end', () => deliver('SIGTERM'));
	// A reset says the same as an end: nobody is at the door.
	door.on('error', () => deliver('SIGTERM'));
	door.unref();
};
