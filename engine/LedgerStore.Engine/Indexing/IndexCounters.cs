// What indexing has done, for metrics and people. Written by the index worker's thread, read by any.

namespace LedgerStore.Engine.Indexing;

/// <summary>Counts.</summary>
internal sealed class IndexCounters
{
    private volatile IndexStatus _status = new(0, 0, 0, 0, null);

    public IndexStatus Read() => _status;

    public void Round() => _status = _status with { Rounds = _status.Rounds + 1 };

    public void Built() => _status = _status with { Segments = _status.Segments + 1 };

    public void AddBytes(long bytes) => _status = _status with { Bytes = _status.Bytes + bytes };

    public void Failed(Exception cause) =>
        _status = _status with { Failures = _status.Failures + 1, LastFailure = cause.Message };
}
