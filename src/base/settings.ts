/** Settings in force: flags over environment over config file over defaults, each with where it came from. */
export type Preset = 'freeze' | 'no-replace' | 'quiet';

export type Settings = {
	readonly profile: string | null;
	readonly region: string | null;
	readonly endpointUrl: string | null;
	readonly readOnly: boolean;
	readonly preset: Preset;
	/** 5 to 60. */
	readonly leaseMinutes: number;
	/** 0 allowed. */
	readonly lingerMinutes: number;
	readonly denyNoFuse: boolean;
	readonly fuseRoleArn: string | null;
	/** argv, no shell. */
	readonly notify: readonly string[] | null;
	/** Group name pattern (glob) → units to look at. */
	readonly units: Readonly<Record<string, readonly string[]>>;
	readonly theme: 'dark' | 'light' | 'contrast' | 'terminal' | null;
	readonly keys: Readonly<Record<string, string>>;
	readonly spoolMaxMegabytes: number;
	/** Extra patterns, linear and bounded, beside the built-in ones. */
	readonly redact: readonly string[];
	readonly transport: 'native' | 'plugin';
	readonly awsTimeRate: number;
	readonly colour: boolean;
	readonly ascii: boolean;
	readonly paths: {
		readonly config: string;
		readonly state: string;
		readonly cache: string;
		readonly spool: string;
	};
	/** Setting → 'flag --region' | 'AWS_REGION' | 'config.json:3' | 'default'. */
	readonly origin: Readonly<Record<string, string>>;
};
