// What became of the events of one source. Any thread.
namespace LedgerStore.Intake.Delivering;

internal sealed class SourceCounters
{
    private long _received;
    private long _stored;
    private long _duplicate;
    private long _dropped;
    private long _flagged;
    private long _opaque;
    private long _refused;
    private long _later;
    private long _broken;

    /// <summary>Events that were read out of what came.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Events that are durable, in the ledger or on the way to it in the spool.</summary>
    public long Stored => Volatile.Read(ref _stored);

    /// <summary>Events that were durable before, and are not stored again.</summary>
    public long Duplicate => Volatile.Read(ref _duplicate);

    /// <summary>Events that a rule of the source left out; records about them are in the ledger.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Events whose id the sender had used for something else; stored.</summary>
    public long Flagged => Volatile.Read(ref _flagged);

    /// <summary>Events that could not be read, and are stored as they came.</summary>
    public long Opaque => Volatile.Read(ref _opaque);

    /// <summary>Requests that were refused: no right to send, too large, a wrong form.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Requests whose sender was told to come again later.</summary>
    public long Later => Volatile.Read(ref _later);

    /// <summary>Connections that ended otherwise than a sender ends them.</summary>
    public long Broken => Volatile.Read(ref _broken);

    public void AddBroken() => Interlocked.Increment(ref _broken);

    public void AddReceived(int events) => Interlocked.Add(ref _received, events);

    public void AddStored(int events) => Interlocked.Add(ref _stored, events);

    public void AddDuplicates(int events) => Interlocked.Add(ref _duplicate, events);

    public void AddDropped(long events) => Interlocked.Add(ref _dropped, events);

    public void AddFlagged(int events) => Interlocked.Add(ref _flagged, events);

    public void AddOpaque(int events) => Interlocked.Add(ref _opaque, events);

    public void AddRefused() => Interlocked.Increment(ref _refused);

    public void AddLater() => Interlocked.Increment(ref _later);
}
