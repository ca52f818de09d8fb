export const program: string;
export const openLab: (...args: readonly string[]) => Promise<{
	readonly environment: NodeJS.ProcessEnv;
	readonly line: {
		readonly endpoint: string;
		readonly control: {readonly endpoint: string; readonly token: string};
	};
	readonly stop: () => void;
}>;
export const median: (values: readonly number[]) => number;
export const row: (what: string, measured: string, goal: string, peer?: string) => void;
