// One ledger at run time: its parts, each with the thread that owns it. Created when the ledger is first used.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The first entry of a ledger in a journal file.</summary>
internal readonly record struct JournalStart(long File, long FirstIndex);

/// <summary>The running state of one ledger.</summary>
internal sealed class LedgerLog
{
    private readonly LedgerStateLog? _state;

    public LedgerLog(uint id, string name, bool isSalted, long size, ProducerTable producers, LedgerStateLog? state)
    {
        Id = id;
        Name = name;
        IsSalted = isSalted;
        IsAudit = name == LedgerName.Audit;
        NextIndex = size;
        Producers = producers;
        _state = state;
        Durable = new Watermark(size, StoreLimits.WaitersMax);
        Readable = new Watermark(size, StoreLimits.WaitersMax);
    }

    public uint Id { get; }

    public string Name { get; }

    /// <summary>Set again where the catalog was found to be wrong about it.</summary>
    public bool IsSalted { get; set; }

    /// <summary>The store's own, without which nothing is served.</summary>
    public bool IsAudit { get; }

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
    public required BundleTail Tail { get; init; }

    /// <summary>Entries that readers find: copied, hashed and checked. They show only what is durable of it.</summary>
    public Watermark Readable { get; }

    public required SegmentAppender Appender { get; init; }

    /// <summary>Where its entries in each journal file begin, as far as they are not flushed; the oldest
    /// first.</summary>
    public Queue<JournalStart> JournalStarts { get; } = new();

    public long LastJournalFile { get; set; }

    /// <summary>Set while the bundler has it on its list of ledgers with blocks to write.</summary>
    public bool IsWriteExpected { get; set; }

    /// <summary>Checkpoints that were signed, on their way into state.log; and the newest ones that were
    /// published.</summary>
    public CheckpointHistory Checkpoints { get; } = new();

    public LedgerTiers Tiers { get; } = new();

    // ---- of the flusher, and of tiering; under the lock of all state logs

    public LedgerStateLog State =>
        _state ?? throw new InvariantException("nothing of a damaged ledger is ever flushed");

    // ---- any thread

    /// <summary>Not 0 while it is in the queue of ledgers that grew.</summary>
    public int GrowthNote;

    /// <summary>What its open bundle takes that is on the disk only, and will be written again. Set by the
    /// bundler.</summary>
    public long RestingBytes;

    public required LedgerReader Reader { get; init; }

    /// <summary>Goes on as a damaged ledger: read-only, its sound entries readable, the others known to be
    /// lost.</summary>
    /// <param name="size">Entries that were acknowledged, whether they can be read or not.</param>
    /// <remarks>While nobody else uses the ledger.</remarks>
    public void MarkDamaged(long size, Exception damage)
    {
        Reader.Damage = damage;
        NextIndex = Math.Max(size, NextIndex);
        Durable.AdvanceTo(NextIndex);
        Readable.AdvanceTo(NextIndex);
        AppendRefusal = LedgerRefusals.ReadOnly(Name, DamageText!, damage);
    }

    /// <summary>Entries that are in its files or in memory; of a damaged ledger fewer than were acknowledged.</summary>
    public long FoundSize => Math.Min(Durable.Value, Math.Max(Reader.Segments.Entries, Tail.Size));

    /// <summary>What is wrong with its files, and which entries are missing for it; null when nothing is.</summary>
    public string? DamageText => Reader.Damage is not { } damage ? null
        : FoundSize < Durable.Value
            ? $"{damage.Message}. Entries {FoundSize:N0} to {Durable.Value - 1:N0} were acknowledged, and no file that "
                + "can be read has them"
            : damage.Message;

    /// <summary>Starts with a checkpoint that is known. What it covers was acknowledged: that a damaged ledger's files
    /// know of less makes it no smaller.</summary>
    /// <remarks>While nobody else uses the ledger.</remarks>
    public void RestoreCheckpoint(CheckpointRecord known)
    {
        Checkpoints.Restore(known);
        if (Reader.Damage is { } damage && known.Size > NextIndex)
        {
            MarkDamaged(known.Size, damage);
        }
    }

    /// <summary>What may be read: acknowledged, and found.</summary>
    public long ReadableSize => Math.Min(Durable.Value, Readable.Value);
}
