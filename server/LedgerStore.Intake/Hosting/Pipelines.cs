// The pipelines of all sources over one client: opened when a source appears, closed when it goes. Used by one thread
// at a time; what it hands out is used by any.
using LedgerStore.Client;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Delivering;
using LedgerStore.Intake.Records;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Intake.Hosting;

internal sealed class Pipelines(
    LedgerClient client, string state, TimeSpan answerWithin, ILogger logger, TimeProvider time) : IAsyncDisposable
{
    private readonly Dictionary<string, (SourceConfig Config, SourcePipeline Pipeline)> _open =
        new(StringComparer.Ordinal);

    /// <summary>Completes when a spool has failed: whose, and why.</summary>
    public TaskCompletionSource<(string Source, string Reason)> Failure { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The pipelines that are open, by source.</summary>
    public IReadOnlyDictionary<string, SourcePipeline> Open =>
        _open.ToDictionary(pair => pair.Key, pair => pair.Value.Pipeline, StringComparer.Ordinal);

    /// <summary>The pipeline of a source; the one that is open if it can stay.</summary>
    /// <exception cref="IOException">Its directory cannot be used, or another process has it.</exception>
    /// <exception cref="InvalidDataException">Its spool is damaged.</exception>
    public async Task<SourcePipeline> OpenAsync(SourceConfig source)
    {
        if (_open.TryGetValue(source.Name, out (SourceConfig Config, SourcePipeline Pipeline) open))
        {
            if (CanStay(open.Config, source))
            {
                return open.Pipeline;
            }

            await CloseAsync(source.Name).ConfigureAwait(false);
        }

        SourcePipeline pipeline = Make(source);
        _open.Add(source.Name, (source, pipeline));
        return pipeline;
    }

    /// <summary>Closes what no longer has a source. What is in its spool waits there for the source to come
    /// back.</summary>
    public async Task CloseOthersAsync(IEnumerable<string> sources)
    {
        foreach (string gone in _open.Keys.Except(sources).ToArray())
        {
            await CloseAsync(gone).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_open.Values.Select(open => open.Pipeline.DisposeAsync().AsTask())).ConfigureAwait(false);
        _open.Clear();
    }

    private static bool CanStay(SourceConfig old, SourceConfig wanted) =>
        old.Ledger == wanted.Ledger && old.ContentType == wanted.ContentType && old.SpoolBytes == wanted.SpoolBytes;

    private async Task CloseAsync(string source)
    {
        _open.Remove(source, out (SourceConfig Config, SourcePipeline Pipeline) open);
        await open.Pipeline.DisposeAsync().ConfigureAwait(false);
    }

    // A spool belongs to one ledger: a source that gets another one begins another spool, and another count.
    private SourcePipeline Make(SourceConfig source)
    {
        string directory = Path.Combine(state, source.Name);
        DuplicateWindow window = new(
            new WindowFile(Path.Combine(directory, "window")), IntakeLimits.WindowIds, IntakeLimits.WindowAge, time);
        window.Restore();
        Appender appender;
        try
        {
            appender = client.CreateAppender(source.Ledger, new AppenderOptions
            {
                Producer = source.Name,
                ContentType = source.ContentType,
                SpoolDirectory = Path.Combine(directory, $"spool-{source.Ledger}"),
                SpoolBytesMax = source.SpoolBytes,
                Logger = logger,
            });
        }
        catch
        {
            window.Dispose();
            throw;
        }

        SourcePipeline pipeline = new(
            source.Name,
            appender,
            window,
            source.SpoolBytes,
            answerWithin,
            time,
            reason => Failure.TrySetResult((source.Name, reason)));
        pipeline.Use(source.Noise);
        return pipeline;
    }
}
