/** The table of commands. */
import type {Command} from './command.ts';

/** Word → its command, loaded when it is called. bin/unflap.js knows the same words, to tell a command from a group. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
	ls: async () => (await import('./ls.ts')).lsCommand,
	why: async () => (await import('./why.ts')).whyCommand,
	report: async () => (await import('./report.ts')).reportCommand,
	diff: async () => (await import('./diff.ts')).diffCommand,
	graveyard: async () => (await import('./graveyard.ts')).graveyardCommand,
	show: async () => (await import('./show.ts')).showCommand,
	hold: async () => (await import('./hold.ts')).holdCommand,
	holds: async () => (await import('./holds.ts')).holdsCommand,
	release: async () => (await import('./release.ts')).releaseCommand,
	catch: async () => (await import('./catch.ts')).catchCommand,
	boot: async () => (await import('./boot.ts')).bootCommand,
	logs: async () => (await import('./logs.ts')).logsCommand,
	run: async () => (await import('./run.ts')).runCommandCommand,
	edit: async () => (await import('./edit.ts')).editCommand,
	retry: async () => (await import('./retry.ts')).retryCommand,
	probe: async () => (await import('./probe.ts')).probeCommand,
	shell: async () => (await import('./shell.ts')).shellCommand,
	demo: async () => (await import('./demo.ts')).demoCommand,
	lab: async () => (await import('./lab.ts')).labCommand,
	doctor: async () => (await import('./doctor.ts')).doctorCommand,
	policy: async () => (await import('./policy.ts')).policyCommand,
	completion: async () => (await import('./completion.ts')).completionCommand,
	info: async () => (await import('./info.ts')).infoCommand,
};

export const allCommands = (): Promise<readonly Command[]> =>
	Promise.all(Object.values(commands).map(load => load()));
