// One attempt of one request: cancelled when it makes no progress. Owned by the attempt; any thread of the pool.

namespace LedgerStore.Engine.S3;

/// <summary>Patience with a request that moves, none with one that does not: a file of gigabytes may take its time, a
/// connection that hangs may not.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeSpan _stallAfter;
    private readonly CancellationTokenSource _source;

    public StallWatch(TimeSpan stallAfter, CancellationToken cancellationToken)
    {
        _stallAfter = stallAfter;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Progress();
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Bytes went in or out: from here on the request has its whole time again.</summary>
    public void Progress() => _source.CancelAfter(_stallAfter);

    public void Dispose() => _source.Dispose();
}
