/** The shells a completion script exists for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell", "elvish"] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# Completion for bash: eval "$(cueloop completions bash)"
_cueloop() {
  local line word="\${COMP_WORDS[COMP_CWORD]}"
  [ "$word" = "=" ] && word=""
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ":files" ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _cueloop cueloop
`;

const ZSH = `#compdef cueloop
# Completion for zsh: source <(cueloop completions zsh), or save as _cueloop in a folder of $fpath.
_cueloop() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      _files
      return
    fi
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)
  _describe command found
}
if [ "\${funcstack[1]}" = "_cueloop" ]; then
  _cueloop "$@"
elif (( $+functions[compdef] )); then
  compdef _cueloop cueloop
fi
`;

const FISH = `# Completion for fish: cueloop completions fish | source
function __cueloop_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    set -q last[1]; or set last ''
    for line in (command $words[1] __complete -- $words[2..-1] $last 2>/dev/null)
        if test "$line" = ':files'
            __fish_complete_path $last
        else
            echo $line
        end
    end
end
complete -c cueloop -f -a '(__cueloop_complete)'
`;

const POWERSHELL = `# Completion for PowerShell: cueloop completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName cueloop -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $program = $commandAst.CommandElements[0].ToString()
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    # An empty argument is dropped by older versions, so it is written as two quotes.
    $words += if ($wordToComplete) { $wordToComplete } else { '""' }
    & $program __complete -- @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
        $value, $text = $_ -split "\`t", 2
        if (-not $text) { $text = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
}
`;

const ELVISH = `# Completion for elvish: eval (cueloop completions elvish | slurp)
use str
set edit:completion:arg-completer[cueloop] = {|@words|
  try {
    (external $words[0]) __complete -- $@words[1..] 2>/dev/null | from-lines | each {|line|
      if (eq $line ':files') {
        edit:complete-filename $words[-1]
      } else {
        var parts = [(str:split "\\t" $line)]
        edit:complex-candidate $parts[0] &display=$parts[0]'  '$parts[1]
      }
    }
  } catch {
    nop
  }
}
`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL, elvish: ELVISH } as const satisfies Record<Shell, string>;

/** The script that makes a shell ask `cueloop __complete` for what may be typed. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
