/** The scripts of `unflap completion`, made from the table of commands. Names of groups come from `unflap completion names`. */
export type Words = {
	readonly commands: readonly {
		readonly name: string;
		readonly summary: string;
		readonly flags: readonly FlagWord[];
	}[];
	/** Of all commands. */
	readonly flags: readonly FlagWord[];
};

type FlagWord = {
	readonly name: string;
	readonly short: string | null;
	readonly takesValue: boolean;
	readonly help: string;
};

const takesNothing = ['info', 'policy', 'completion', 'demo', 'lab', 'holds'];

const spellings = (flags: readonly FlagWord[]): readonly string[] =>
	flags.flatMap(({name, short}) => (short === null ? [name] : [name, short]));

const valued = ({commands, flags}: Words): readonly string[] => [
	...new Set(
		spellings([...flags, ...commands.flatMap(command => command.flags)].filter(flag => flag.takesValue)),
	),
];

/** What a command's own words are, where they are few. */
const fixedWords: Readonly<Record<string, readonly string[]>> = {
	policy: ['look', 'hold', 'stream', 'fuse', 'all'],
	completion: ['bash', 'zsh', 'fish'],
};

export const bashScript = (words: Words): string => `# unflap for bash: source <(unflap completion bash)
_unflap() {
	local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= index
	COMPREPLY=()
	for ((index = 1; index < COMP_CWORD; index++)); do
		case \${COMP_WORDS[index]} in
			--) return ;;
			${words.commands.map(({name}) => name).join('|')}) command=\${command:-\${COMP_WORDS[index]}} ;;
		esac
	done
	case $before in
		${valued(words).join('|')}) return ;;
	esac
	if [[ $word == -* ]]; then
		local flags='${spellings(words.flags).join(' ')}'
		case $command in
${words.commands
	.filter(({flags}) => flags.length > 0)
	.map(({name, flags}) => `			${name}) flags="$flags ${spellings(flags).join(' ')}" ;;`)
	.join('\n')}
		esac
		mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
		return
	fi
	case $command in
		'') mapfile -t COMPREPLY < <(compgen -W '${words.commands.map(({name}) => name).join(' ')}' -- "$word") ;;
${Object.entries(fixedWords)
	.map(
		([name, list]) =>
			`		${name}) mapfile -t COMPREPLY < <(compgen -W '${list.join(' ')}' -- "$word"); return ;;`,
	)
	.join('\n')}
		${takesNothing.filter(name => fixedWords[name] === undefined).join('|')}) return ;;
	esac
	local names
	names=$(unflap completion names 2>/dev/null)
	mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$names" -- "$word")
}
complete -F _unflap unflap`;

export const zshScript = (words: Words): string => `#compdef unflap
# unflap for zsh: source <(unflap completion zsh)
_unflap() {
	local -a commands names flags
	local command= word
	commands=(
${words.commands.map(({name, summary}) => `		${quoted(`${name}:${summary}`)}`).join('\n')}
	)
	for word in \${words[2,CURRENT-1]}; do
		[[ $word == -- ]] && return
		if (( \${commands[(I)\${(b)word}:*]} )); then command=\${command:-$word}; fi
	done
	case \${words[CURRENT-1]} in
		${valued(words).join('|')}) return ;;
	esac
	if [[ \${words[CURRENT]} == -* ]]; then
		flags=(${spellings(words.flags).join(' ')})
		case $command in
${words.commands
	.filter(({flags}) => flags.length > 0)
	.map(({name, flags}) => `			${name}) flags+=(${spellings(flags).join(' ')}) ;;`)
	.join('\n')}
		esac
		compadd -- $flags
		return
	fi
	case $command in
		'') _describe command commands ;;
${Object.entries(fixedWords)
	.map(([name, list]) => `		${name}) compadd -- ${list.join(' ')}; return ;;`)
	.join('\n')}
		${takesNothing.filter(name => fixedWords[name] === undefined).join('|')}) return ;;
	esac
	names=(\${(f)"$(unflap completion names 2>/dev/null)"})
	compadd -- $names
}
compdef _unflap unflap`;

export const fishScript = (words: Words): string =>
	[
		'# unflap for fish: unflap completion fish | source',
		'complete -c unflap -f',
		...words.commands.map(
			({name, summary}) => `complete -c unflap -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
		),
		...words.flags.map(flag => fishFlag(flag, null)),
		...words.commands.flatMap(({name, flags}) => flags.map(flag => fishFlag(flag, name))),
		...Object.entries(fixedWords).map(
			([name, list]) =>
				`complete -c unflap -n '__fish_seen_subcommand_from ${name}' -a ${quoted(list.join(' '))}`,
		),
		`complete -c unflap -n 'not __fish_seen_subcommand_from ${takesNothing.join(' ')}' -a '(unflap completion names 2>/dev/null)'`,
	].join('\n');

const fishFlag = ({name, short, takesValue, help}: FlagWord, command: string | null): string =>
	[
		'complete -c unflap',
		...(command === null ? [] : [`-n '__fish_seen_subcommand_from ${command}'`]),
		`-l ${name.slice(2)}`,
		...(short === null ? [] : [`-s ${short.slice(1)}`]),
		...(takesValue ? ['-x'] : []),
		`-d ${quoted(help)}`,
	].join(' ');

/** Our own words, but with an apostrophe now and then. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
