/** What AWS knows of a box beside its boot, as facts for the rules. */
import type {Box, GroupDetail} from '../groups/types.ts';
import type {DeathFacts, Facts, HealthFacts} from './types.ts';

type Beside = Omit<Facts, 'boot' | 'marks' | 'listening' | 'over'>;

export const nothingBeside: Beside = {
	health: null,
	death: null,
	lifecycleState: null,
	metadataTags: null,
	healthCheckGraceSeconds: null,
	healthCheckPort: null,
};

/** Of a box in its group. `metadataTags` comes from the instance's own options. */
export const boxFacts = (box: Box, detail: GroupDetail, metadataTags: string | null): Beside => ({
	health: healthOf(box),
	death: deathOf(box, detail),
	lifecycleState: box.instance.lifecycleState,
	metadataTags,
	healthCheckGraceSeconds: detail.view.group.healthCheckGraceSeconds,
	healthCheckPort: box.target?.port ?? detail.targetGroups[0]?.port ?? null,
});

/** A target that is still being looked at says nothing yet. */
const healthOf = ({target}: Box): HealthFacts | null => {
	if (target === null) return null;
	const answer = target.reason ?? null;
	if (target.state === 'healthy') return {state: 'passing', everPassed: true, lastAnswer: answer, at: null};
	if (target.state.startsWith('unhealthy'))
		return {state: 'failing', everPassed: false, lastAnswer: answer, at: null};
	return null;
};

const deathOf = (box: Box, {view}: GroupDetail): DeathFacts | null => {
	const life = view.lives.find(({instanceId}) => instanceId === box.instanceId);
	return life?.cause == null ? null : {cause: life.cause, rawCause: life.rawCause ?? '', at: life.diedAt};
};
