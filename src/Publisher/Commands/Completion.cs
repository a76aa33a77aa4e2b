using System.CommandLine;
using Image2Ipfs.Publisher.Output;

namespace Image2Ipfs.Publisher.Commands;

/// <summary>
/// <c>image2ipfs completion SHELL</c>: a script that a shell reads at its start. It asks the program itself, by
/// System.CommandLine's <c>[suggest:POSITION]</c>, so that it never goes stale. Options are offered behind a dash only, and
/// files where the program has nothing to offer.
/// </summary>
internal static class Completion
{
    public static readonly IReadOnlyDictionary<string, string> Scripts = new Dictionary<string, string>
    {
        ["bash"] = """
            # eval "$(image2ipfs completion bash)"
            _image2ipfs() {
                local cur=${COMP_WORDS[COMP_CWORD]} suggestions IFS=$'\n'
                COMPREPLY=()
                # A colon ends a word of bash: what follows one is the file of car:FILE.
                [ "$cur" != : ] && [ "${COMP_WORDS[COMP_CWORD-1]}" != : ] || return
                suggestions=$("${1/#\~/$HOME}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
                case $cur in -*) ;; *) suggestions=$(printf '%s' "$suggestions" | command grep -v '^-') ;; esac
                COMPREPLY=($(compgen -W "$suggestions" -- "$cur"))
                [ "${#COMPREPLY[@]}" != 1 ] || case ${COMPREPLY[0]} in *:) compopt -o nospace 2>/dev/null ;; esac
            }
            complete -o bashdefault -o default -F _image2ipfs image2ipfs
            """,
        ["zsh"] = """
            # eval "$(image2ipfs completion zsh)", after compinit
            #compdef image2ipfs
            _image2ipfs() {
                local -a suggestions
                if compset -P '(car|dir):'; then
                    _files
                    return
                fi
                suggestions=("${(@f)$("${words[1]/#\~/$HOME}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
                [[ ${words[CURRENT]} == -* ]] || suggestions=("${(@)suggestions:#-*}")
                suggestions=("${(@)suggestions:#}")
                (( ${#suggestions} )) && compadd -- "${suggestions[@]}" && return
                _files
            }
            compdef _image2ipfs image2ipfs
            """,
        ["fish"] = """
            # image2ipfs completion fish | source
            function __image2ipfs
                set -l line (commandline -cp)
                set -l suggestions (eval (commandline -po)[1] '"[suggest:"(string length -- "$line")"]"' '"$line"' 2>/dev/null)
                if string match -q -- '-*' (commandline -ct)
                    printf '%s\n' $suggestions
                else
                    string match -v -- '-*' $suggestions
                end
            end
            complete -c image2ipfs -a '(__image2ipfs)'
            """,
        ["pwsh"] = """
            # image2ipfs completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName image2ipfs -ScriptBlock {
                param($word, $ast, $position)
                & "$($ast.CommandElements[0])" "[suggest:$position]" ("$ast".PadRight($position)) 2>$null |
                    Where-Object { $_ -and ("$word".StartsWith('-') -or -not $_.StartsWith('-')) } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """,
    };

    public static Command Command(Func<ParseResult, Terminal> terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = $"One of {string.Join(", ", Scripts.Keys)}" };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        var command = new Command("completion", "Print a script that completes this program's words in a shell") { shell };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(shell)!;
            terminal(parsed).Result(Scripts.TryGetValue(name, out var script) ? script : throw new UsageException($"'{Printable.Text(name)}' is not a shell that is known: {string.Join(", ", Scripts.Keys)}"));
        });
        return command;
    }
}
