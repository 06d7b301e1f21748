// How far a long piece of work is: a bar on the terminal's error stream, nothing in a pipe.
// Begun and ended by the command; told by any one thread at a time.
using System.Diagnostics;
using Spectre.Console;

namespace LedgerStore.Cli;

/// <summary>Shows progress while something runs.</summary>
internal sealed class ProgressLine
{
    private static readonly ProgressLine None = new(null);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ProgressTask? task;
    private long shown;

    private ProgressLine(ProgressTask? task) => this.task = task;

    /// <summary>Runs work, with a bar if somebody looks.</summary>
    /// <param name="total">What done counts to; 0: not known.</param>
    public static async Task<T> RunAsync<T>(Run run, string title, double total, Func<ProgressLine, Task<T>> work)
    {
        if (!run.Host.IsErrorTerminal || run.IsJson)
        {
            return await work(None).ConfigureAwait(false);
        }

        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(run.Host.Err.Drawing) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn())
            .StartAsync(context =>
            {
                ProgressTask bar = context.AddTask(Markup.Escape(SafeText.Line(title)), maxValue: Math.Max(1, total));
                bar.IsIndeterminate = total <= 0;
                return work(new ProgressLine(bar));
            }).ConfigureAwait(false);
    }

    /// <summary>Says how far it is; cheap enough to be called often.</summary>
    public void Tell(double done, double total, Func<string> title)
    {
        if (task is null || (shown != 0 && Stopwatch.GetElapsedTime(shown) < Interval))
        {
            return;
        }

        shown = Stopwatch.GetTimestamp();
        task.Description = Markup.Escape(SafeText.Line(title()));
        task.IsIndeterminate = total <= 0;
        task.MaxValue = Math.Max(1, total);
        task.Value = done;
    }
}
