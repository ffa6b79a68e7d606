/** A command as completion knows it. */
export interface CompletedCommand {
  /** Its words after the program's name; empty for the program. */
  readonly path: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What its first argument is. */
  readonly takes: Completed;
  readonly commands: readonly CompletedCommand[];
}

export interface CompletedOption {
  /** As `--state`, `-n`. */
  readonly names: readonly string[];
  /** What follows it; absent where nothing does. */
  readonly takes?: Completed;
}

/** What can be offered in a place: nothing, files, ids of runs, or words. */
export type Completed = 'nothing' | 'files' | 'runs' | readonly string[];

export const shells = ['bash', 'zsh'] as const;

/** What a shell reads to complete the commands of the program; ids of runs are asked for when they are wanted. */
export function completionScript(shell: (typeof shells)[number], program: CompletedCommand): string {
  return shell === 'bash' ? bash(program) : zsh(program);
}

const ids = 'pollen-batch list --output name 2>/dev/null';

function bash(program: CompletedCommand): string {
  const all = allOf(program);
  return `# bash completion of pollen-batch: source <(pollen-batch completion bash)
_pollen_batch() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" at="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${at:+$at }\${COMP_WORDS[i]}" in
      ${patternOf(all)}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  # The shell takes @ for the end of a word, and for the beginning of what it puts the reply in place of.
  if [[ $prev == @ ]]; then COMPREPLY=($(compgen -W "@latest" -- "@$cur")); return; fi
  case "$at $prev" in
${valuesOf(all)
  .map(([pattern, takes]) => `    ${pattern}) ${offerInBash(takes)}; return ;;`)
  .join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$at" in
${all.map(({ path, options }) => `      "${path}") COMPREPLY=($(compgen -W "${namesOf(options)}" -- "$cur")) ;;`).join('\n')}
    esac
    return
  fi
  case "$at" in
${all.map((command) => `    "${command.path}") ${offerInBash(nextOf(command))} ;;`).join('\n')}
  esac
}
complete -F _pollen_batch pollen-batch
`;
}

function offerInBash(takes: Completed): string {
  switch (takes) {
    case 'nothing':
      return ':';
    case 'files':
      return 'compopt -o default';
    case 'runs':
      return `COMPREPLY=($(compgen -W "@latest $(${ids})" -- "$cur"))`;
    default:
      return `COMPREPLY=($(compgen -W "${takes.join(' ')}" -- "$cur"))`;
  }
}

function zsh(program: CompletedCommand): string {
  const all = allOf(program);
  return `#compdef pollen-batch
# zsh completion of pollen-batch: source <(pollen-batch completion zsh), after compinit
_pollen_batch() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT - 1]}" at="" i
  for ((i = 2; i < CURRENT; i++)); do
    case "\${at:+$at }\${words[i]}" in
      (${patternOf(all)}) at="\${at:+$at }\${words[i]}" ;;
    esac
  done
  case "$at $prev" in
${valuesOf(all)
  .map(([pattern, takes]) => `    (${pattern}) ${offerInZsh(takes)}; return ;;`)
  .join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$at" in
${all.map(({ path, options }) => `      ("${path}") compadd -- ${namesOf(options)} ;;`).join('\n')}
    esac
    return
  fi
  local -a commands
  case "$at" in
${all.map((command) => `    ("${command.path}") ${command.commands.length === 0 ? offerInZsh(command.takes) : describeInZsh(command)} ;;`).join('\n')}
  esac
}
if [[ \${funcstack[1]} == _pollen_batch ]]; then _pollen_batch "$@"; else compdef _pollen_batch pollen-batch; fi
`;
}

function offerInZsh(takes: Completed): string {
  switch (takes) {
    case 'nothing':
      return ':';
    case 'files':
      return '_files';
    case 'runs':
      return `compadd -- @latest \${(f)"$(${ids})"}`;
    default:
      return `compadd -- ${takes.join(' ')}`;
  }
}

function describeInZsh({ commands }: CompletedCommand): string {
  const described = commands.map(
    ({ path, description }) =>
      `'${nameOf(path)}:${description.replaceAll(':', '\\:').replaceAll("'", String.raw`'\''`)}'`,
  );
  return `commands=(${described.join(' ')}); _describe command commands`;
}

function nextOf({ commands, takes }: CompletedCommand): Completed {
  return commands.length === 0 ? takes : commands.map(({ path }) => nameOf(path));
}

function allOf(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.commands.flatMap(allOf)];
}

function patternOf(all: readonly CompletedCommand[]): string {
  return all.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`])).join('|');
}

function valuesOf(all: readonly CompletedCommand[]): readonly (readonly [string, Completed])[] {
  return all.flatMap(({ path, options }) =>
    options.flatMap(({ names, takes }) =>
      takes === undefined ? [] : [[names.map((name) => `"${path} ${name}"`).join('|'), takes] as const],
    ),
  );
}

function namesOf(options: readonly CompletedOption[]): string {
  return options.flatMap(({ names }) => names).join(' ');
}

function nameOf(path: string): string {
  return path.split(' ').at(-1) ?? '';
}
