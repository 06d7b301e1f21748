// A scrub that somebody asked for. Filled by the scrubber's thread; the task is awaited by any.
namespace LedgerStore.Engine.Verification;

/// <summary>What is asked for, and what it has come to so far.</summary>
/// <param name="ledgerId">Null: all ledgers.</param>
internal sealed class ScrubRequest(uint? ledgerId, Action<ScrubProgress>? onProgress, CancellationToken cancellation)
{
    private readonly TaskCompletionSource<ScrubReport> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<VerifyFinding> _findings = [];
    private long _entries;
    private long _bytes;

    public uint? LedgerId => ledgerId;

    public Task<ScrubReport> Done => _done.Task;

    public bool IsCancelled => cancellation.IsCancellationRequested;

    /// <summary>What is to be done; null until the scrubber has begun.</summary>
    public ScrubUnits? Units { get; set; }

    public void Add(IReadOnlyList<VerifyFinding> findings) =>
        _findings.AddRange(findings.Take(VerifyReport.FindingsMax - _findings.Count));

    public void Add(ScrubResult result)
    {
        _entries += result.Entries;
        _bytes += result.Bytes;
        Add(result.Findings);
        onProgress?.Invoke(new ScrubProgress(_entries, _bytes, Units!.BytesTotal, _findings.Count));
    }

    public void Complete()
    {
        if (IsCancelled)
        {
            _done.TrySetCanceled(cancellation);
        }
        else
        {
            _done.TrySetResult(new ScrubReport(_entries, _bytes, _findings));
        }
    }

    /// <summary>The store closed before it was done.</summary>
    public void Cancel() =>
        _done.TrySetException(new StoreException(StoreReason.Closed, "the store was closed before its scrub was done"));
}
