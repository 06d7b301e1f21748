// How far a long piece of work is: a bar on the terminal's error stream, nothing in a pipe.
// Begun and ended by the command; told by any one thread at a time.
using System.Diagnostics;
using Spectre.Console;

namespace LedgerStore.Cli;

/// <summary>Shows progress while something runs.</summary>
internal sealed class ProgressLine
{
    private static readonly ProgressLine s_none = new(null);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly ProgressTask? _task;
    private long _shown;

    private ProgressLine(ProgressTask? task) => _task = task;

    /// <summary>Runs work, with a bar if somebody looks.</summary>
    /// <param name="total">What done counts to; 0: not known.</param>
    public static async Task<T> RunAsync<T>(Run run, string title, double total, Func<ProgressLine, Task<T>> work)
    {
        if (!run.Host.IsErrorTerminal || run.IsJson)
        {
            return await work(s_none).ConfigureAwait(false);
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
        if (_task is null || (_shown != 0 && Stopwatch.GetElapsedTime(_shown) < s_interval))
        {
            return;
        }

        _shown = Stopwatch.GetTimestamp();
        _task.Description = Markup.Escape(SafeText.Line(title()));
        _task.IsIndeterminate = total <= 0;
        _task.MaxValue = Math.Max(1, total);
        _task.Value = done;
    }
}
