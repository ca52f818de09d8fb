/** What a key's action can reach: the screen's state, what stands on it, and the services behind it. */
import type {ProcessClock} from '../base/clock.ts';
import type {ExitCode} from '../base/errors.ts';
import type {Settings} from '../base/settings.ts';
import type {Shown} from '../base/text.ts';
import type {Edited} from '../stream/editor.ts';
import type {AppState} from './app-state.ts';
import type {Model} from './model.ts';
import type {Geometry} from './screen.ts';
import type {Services} from './services.ts';
import type {PlaceWanted} from './switch-place.ts';

export type Ui = {
	readonly state: () => AppState;
	readonly set: (part: Partial<AppState>) => void;
	/** As of now, not of the last frame. */
	readonly model: () => Model;
	/** Where things stood in the last frame. */
	readonly geometry: () => Geometry;
	/** Null until AWS is loaded; its keys then say so. */
	readonly services: () => Services | null;
	readonly settings: Settings;
	readonly processClock: ProcessClock;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	readonly toast: (text: Shown) => void;
	/** Bytes of our own for the terminal: a title, a copy. */
	readonly write: (bytes: string) => void;
	/** The next frame is painted whole. */
	readonly repaint: () => void;
	/** Ends the screen; what is left to say is printed on the primary one. */
	readonly leave: (code: ExitCode, lines?: readonly Shown[]) => void;
	/** Another profile or region. @throws when it does not answer; the present place then stays. */
	readonly goToPlace: (wanted: PlaceWanted) => Promise<void>;
	/** The terminal goes to a shell on this box, and comes back. */
	readonly shell: (instanceId: string) => void;
	/** The terminal goes to the user's editor with a copy of this, and comes back. */
	readonly edit: (name: string, content: Uint8Array) => Promise<Edited>;
	/** ctrl-z without a hold. */
	readonly suspend: () => void;
};
