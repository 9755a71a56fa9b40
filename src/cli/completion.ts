import { dashed } from "./args.ts";
import { type Command, globalFlags } from "./command.ts";

export const shells = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof shells)[number];

/** What may follow some words of a command line, and what each of it is. */
type Place = { after: string; choices: [string, string][]; isCommand: boolean };

/** A script that lets a shell complete the names of commands and their flags; it asks no daemon. */
export function completionFor(shell: Shell, commands: readonly Command[]): string {
  return writers[shell](placesOf(commands));
}

function placesOf(commands: readonly Command[]): Place[] {
  const groups = [...new Set(commands.flatMap(({ name }) => startsOf(name)))];
  const places = groups.map((after): Place => ({ after, choices: membersOf(after, commands), isCommand: false }));
  for (const { name, flags } of commands) {
    const choices = Object.entries({ ...flags, ...globalFlags }).map(([flag, { help }]): [string, string] => [dashed(flag), help]);
    places.push({ after: name, choices, isCommand: true });
  }
  return places;
}

/** What comes before each word of a name: nothing, then its first word, and so on. */
const startsOf = (name: string): string[] => name.split(" ").map((_, n, words) => words.slice(0, n).join(" "));

function membersOf(group: string, commands: readonly Command[]): [string, string][] {
  const before = group === "" ? "" : `${group} `;
  const members = new Map<string, string>();
  for (const { name, summary } of commands.filter((each) => each.name.startsWith(before))) {
    const [word = ""] = name.slice(before.length).split(" ");
    members.set(word, name === before + word ? summary : `${word} commands`);
  }
  return [...members];
}

/** A command's words may be followed by others, a group's not. */
const patternOf = ({ after, isCommand }: Place): string =>
  isCommand ? `" ${after}"|" ${after} "*` : `"${after === "" ? "" : ` ${after}`}"`;
const wordsOf = ({ choices }: Place): string => choices.map(([word]) => word).join(" ");
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const writers: Record<Shell, (places: readonly Place[]) => string> = {
  bash: (places) => `# kata for bash: source <(kata completion bash)
_kata() {
  local word given="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || given+=" $word"; done
  case "$given" in
${places.map((place) => `    ${patternOf(place)}) words="${wordsOf(place)}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _kata kata`,

  zsh: (places) => `#compdef kata
# kata for zsh: source <(kata completion zsh)
_kata() {
  local word given=""
  for word in "\${(@)words[2,CURRENT-1]}"; do [[ $word == -* ]] || given+=" $word"; done
  case "$given" in
${places.map((place) => `    ${patternOf(place)}) compadd -- ${wordsOf(place)} ;;`).join("\n")}
  esac
}
compdef _kata kata`,

  fish: (places) => `# kata for fish: kata completion fish | source
function __kata_given
  set -l given (string match --invert -- '-*' (commandline --tokens-expanded --cut-at-cursor --current-process)[2..])
  switch "$given"
    case $argv
      return 0
  end
  return 1
end
complete --command kata --no-files
${places
  .flatMap(({ after, choices, isCommand }) =>
    choices.map(([word, what]) => {
      const when = isCommand ? `"${after}" "${after} *"` : `"${after}"`;
      const how = isCommand ? `--long-option ${word.slice(2)}` : `--arguments ${word}`;
      return `complete --command kata --condition '__kata_given ${when}' ${how} --description '${what.replaceAll(/(['\\])/g, "\\$1")}'`;
    }),
  )
  .join("\n")}`,

  powershell: (places) => `# kata for PowerShell: kata completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName kata -ScriptBlock {
  param($word, $line, $cursor)
  $places = @{
${places.map(({ after, choices }) => `    ${quoted(after)} = ${choices.map(([each]) => quoted(each)).join(", ")}`).join("\n")}
  }
  $given = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" } | Where-Object { $_ -notlike '-*' -and $_ -ne $word })
  for ($count = $given.Count; $count -ge 0; $count--) {
    $after = ($given | Select-Object -First $count) -join ' '
    if ($places.ContainsKey($after)) { break }
  }
  $places[$after] | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}`,
};
