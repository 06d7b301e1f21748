// One ledger that is open: what is known of it at run time, in groups, each under the name of the thread that owns it.
// Made when the ledger is first used; reads, signing and tiering have a part of their own.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The first entry of a ledger in a journal file.</summary>
internal readonly record struct JournalStart(long File, long FirstIndex);

/// <summary>The running state of one ledger.</summary>
/// <remarks>
/// Its sizes, each with one place: <see cref="NextIndex"/> is admitted; <see cref="Durable"/> may be acknowledged;
/// <see cref="Readable"/> is copied, hashed and checked; <see cref="SignedSize"/> is signed; <see cref="Published"/>
/// has a checkpoint that may be seen; <see cref="SettledSize"/> is in the ledger's files, and no start replays it. What
/// may be read, and signed next, is the smaller one of the second and the third: <see cref="ReadableSize"/>.
/// </remarks>
internal sealed partial class OpenLedger
{
    private readonly SegmentServices _services;
    private readonly LedgerStateLog? _state;

    /// <param name="size">Where its files end.</param>
    /// <param name="state">Null of a damaged ledger: nothing of it is ever flushed.</param>
    public OpenLedger(
        CatalogLedger entry,
        long size,
        ProducerTable producers,
        LedgerStateLog? state,
        SegmentServices services,
        SegmentReader segments,
        SegmentAppender appender,
        BundleTail tail)
    {
        (Id, Name, Origin, IsSalted) = (entry.Id, entry.Name, entry.Origin, entry.IsSalted);
        (NextIndex, Producers, _state, _services) = (size, producers, state, services);
        (Segments, Appender, Tail) = (segments, appender, tail);
        AppendRefusal = entry.IsFrozen ? LedgerRefusals.Frozen(entry.Name, entry.Frozen!.Reason) : null;
        Durable = new Watermark(size, StoreLimits.WaitersMax);
        Readable = new Watermark(size, StoreLimits.WaitersMax);
        Published = new Watermark(0, StoreLimits.WaitersMax);
        Followed = new Watermark(0, StoreLimits.WaitersMax);
        Tiles = new LedgerTiles(segments, tail, appender);
        Nodes = new StoredNodes(Tiles, services.Nodes, entry.Id);
        Proofs = new LedgerProofs(this);
    }

    public uint Id { get; }

    public string Name { get; }

    /// <summary>What its checkpoints are about: the first line of each.</summary>
    public string Origin { get; }

    /// <summary>Set again where the catalog was found to be wrong about it.</summary>
    public bool IsSalted { get; set; }

    /// <summary>The store's own, without which nothing is served.</summary>
    public bool IsAudit => Name == LedgerName.Audit;

    // ---- under the gate's lock

    /// <summary>The index that the next entry gets: the size including what is not durable yet.</summary>
    public long NextIndex { get; set; }

    public ProducerTable Producers { get; }

    /// <summary>Why it takes no appends (frozen, damaged); null when it does.</summary>
    public StoreException? AppendRefusal { get; set; }

    /// <summary>The last flush for which it was counted in what is accepted.</summary>
    public int BacklogEpoch { get; set; }

    // ---- advanced by the sequencer

    /// <summary>Entries whose frame is durable: what may be acknowledged.</summary>
    public Watermark Durable { get; }

    // ---- of the bundler

    /// <summary>The entries that are in no complete segment yet, and the right edge of the tree.</summary>
    public BundleTail Tail { get; }

    /// <summary>Entries that readers find: copied, hashed and checked. They show only what is durable of it.</summary>
    public Watermark Readable { get; }

    public SegmentAppender Appender { get; }

    /// <summary>Where its entries in each journal file begin, if they are not flushed; the oldest first.</summary>
    public Queue<JournalStart> JournalStarts { get; } = new();

    public long LastJournalFile { get; set; }

    /// <summary>Set while the bundler has it on its list of ledgers with blocks to write.</summary>
    public bool IsWriteExpected { get; set; }

    /// <summary>What its open bundle takes that is on the disk only, and will be written again. Set by the bundler,
    /// read by the gate.</summary>
    public long RestingBytes;

    // ---- of the flusher, and of tiering; under the lock of all state logs

    public LedgerStateLog State =>
        _state ?? throw new InvariantException("nothing of a damaged ledger is ever flushed");

    // ---- any thread

    /// <summary>What may be read and signed: acknowledged, and found.</summary>
    public long ReadableSize => Math.Min(Durable.Value, Readable.Value);

    /// <summary>Not 0 while it is in the queue of ledgers that grew.</summary>
    public int GrowthNote;

    /// <summary>Goes on as a damaged ledger: read-only, its sound entries readable, the others known to be lost.
    /// </summary>
    /// <param name="size">Entries that were acknowledged, whether they can be read or not.</param>
    /// <remarks>While nobody else uses the ledger.</remarks>
    public void MarkDamaged(long size, Exception damage)
    {
        Damage = damage;
        NextIndex = Math.Max(size, NextIndex);
        Durable.AdvanceTo(NextIndex);
        Readable.AdvanceTo(NextIndex);
        AppendRefusal = LedgerRefusals.ReadOnly(Name, DamageText!, damage);
    }
}
