/** All rules. Of two that speak of one unit, the one that stands first here knows more. */
import type {Rule} from '../types.ts';
import {dependencyOrphan} from './dependency-orphan.ts';
import {deployFailed} from './deploy-failed.ts';
import {death, endedFromOutside, journalStops} from './ending.ts';
import {graceTooShort} from './grace-too-short.ts';
import {clockSkew, diskFull, dnsFailed} from './host.ts';
import {hookAbandoned, hookTimeout} from './launch-hook.ts';
import {linesLost} from './lines-lost.ts';
import {metadataLate} from './metadata-late.ts';
import {conditionSkipped, masked} from './never-meant.ts';
import {kmsDenied, s3Denied, s3Missing, s3Unreachable} from './object-store.ts';
import {orderingMissing} from './ordering-missing.ts';
import {crashed, crashLoop, oomKilled, startTimeout, unitFailed} from './service-failures.ts';
import {healthPath, neverListened} from './serving.ts';
import {tagsNotVisible} from './tags-not-visible.ts';
import {userDataMalformed} from './user-data-malformed.ts';

export const rules: readonly Rule[] = [
	tagsNotVisible,
	userDataMalformed,
	kmsDenied,
	s3Denied,
	s3Missing,
	s3Unreachable,
	diskFull,
	clockSkew,
	dnsFailed,
	metadataLate,
	oomKilled,
	startTimeout,
	crashLoop,
	crashed,
	unitFailed,
	dependencyOrphan,
	masked,
	conditionSkipped,
	orderingMissing,
	neverListened,
	healthPath,
	graceTooShort,
	endedFromOutside,
	journalStops,
	deployFailed,
	hookAbandoned,
	hookTimeout,
	linesLost,
	death,
];
