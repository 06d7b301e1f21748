// `ledger completions`: a few lines for the shell, which then asks this program what fits. Constants.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>Prints shell completion.</summary>
internal static class CompletionsCommand
{
    private const string Bash = """
        _ledger() {
          local IFS=$'\n' found
          found=$(ledger "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
          COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _ledger ledger
        """;

    private const string Zsh = """
        _ledger() {
          local -a found
          found=("${(@f)$(ledger "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -a found
        }
        compdef _ledger ledger
        """;

    private const string Fish = """
        complete -c ledger -a '(ledger "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'
        """;

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return builder.Make(
            "completions",
            "Print what makes a shell complete this command\n\n  source <(ledger completions bash)",
            [shell],
            run =>
            {
                string script = run.Get(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    _ => Fish,
                };
                run.Text(script + "\n");
                return Task.FromResult(ExitCode.Done);
            });
    }
}
