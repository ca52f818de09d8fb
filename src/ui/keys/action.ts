/** A key as data: dispatch, footer and help read the same entry. */
import type {Shown} from '../../base/text.ts';
import type {ScreenName} from '../place.ts';
import type {Ui} from '../ui.ts';

export type HelpSection = 'screen' | 'hold' | 'everywhere' | 'leaving';

export type Action = {
	/** Any of them; the first stands in the footer unless `display` says otherwise. */
	readonly keys: readonly string[];
	readonly display?: Shown;
	/** In the footer, a word or two. */
	readonly label: Shown;
	/** In help. */
	readonly help: Shown;
	readonly section: HelpSection;
	/** Place in the footer, small first; absent: not there. */
	readonly footer?: number;
	/** Changes something in AWS, after it was confirmed. */
	readonly writes?: boolean;
	/** Why it cannot be done now, or null. */
	readonly unavailable?: (ui: Ui) => Shown | null;
	readonly run: (ui: Ui, key: string) => void;
};

export type ActionTable = Readonly<Record<ScreenName, readonly Action[]>>;

export const find = (actions: readonly Action[], key: string): Action | undefined =>
	actions.find(({keys}) => keys.includes(key));

/** An action that cannot run says why. */
export const perform = (ui: Ui, action: Action, key: string) => {
	const reason = action.unavailable?.(ui) ?? null;
	if (reason === null) action.run(ui, key);
	else ui.toast(reason);
};
