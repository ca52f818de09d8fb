/** Care for single boxes, assembled: healing, pins, one-patient, strays. What `Holds.care` is. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Care, DeedResult, PatientView} from './care-types.ts';
import {heal} from './heal.ts';
import type {HoldPlace} from './ledger-entry.ts';
import {bringBack, type PatientOptions, readPatients, takePatient} from './one-patient.ts';
import {createPatientRecords} from './patients.ts';
import {createPinKeeper} from './pin-keeper.ts';
import {resumeStrays} from './strays.ts';

export type CareOptions = {
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly stateFolder: string;
	readonly place: () => Promise<HoldPlace>;
	readonly owner: string;
};

export const createCare = ({aws, processClock, stateFolder, place, owner}: CareOptions): Care => {
	const listeners = new Set<() => void>();
	let patients: readonly PatientView[] = [];
	const changed = () => {
		for (const listener of listeners) listener();
	};
	const keeper = createPinKeeper({aws, processClock, onChange: changed});
	const options: PatientOptions = {
		aws,
		processClock,
		records: createPatientRecords(stateFolder),
		place,
		owner,
	};
	const read = async () => {
		patients = await readPatients(options);
		changed();
		return patients;
	};
	/** What AWS or a folder refuses is the result; a read that fails leaves the list as it was. */
	const told = async (deed: Promise<DeedResult>): Promise<DeedResult> => {
		const [result] = await Promise.allSettled([deed]);
		await Promise.allSettled([read()]);
		if (result.status === 'fulfilled') return result.value;
		if (!(result.reason instanceof UnflapError)) throw result.reason;
		return {done: false, says: result.reason.message, next: result.reason.next};
	};
	const refused = (): Promise<DeedResult> =>
		Promise.resolve({done: false, says: '--read-only: nothing in AWS is changed', next: []});
	const changes = (deed: () => Promise<DeedResult>): Promise<DeedResult> =>
		aws.facts.readOnly ? refused() : deed();
	return {
		subscribe: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		act: ({group, instanceId, deed}) =>
			changes(() =>
				deed === 'healthy' || deed === 'abandon'
					? heal({group, instanceId, deed}, {aws, processClock})
					: told(takePatient({group, instanceId, way: deed}, options)),
			),
		pins: keeper.pins,
		pin: (group, instanceId) => {
			if (!aws.facts.readOnly) keeper.pin(group, instanceId);
		},
		unpin: keeper.unpin,
		patients: () => patients,
		readPatients: read,
		bringBack: patient => changes(() => told(bringBack(patient, options))),
		resumeStrays: request => changes(() => told(resumeStrays(request, {aws, processClock}))),
		stop: keeper.stop,
	};
};
