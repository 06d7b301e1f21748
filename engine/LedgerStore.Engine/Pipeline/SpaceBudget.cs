// How many bytes of the disk the store keeps for itself, and for what. Pure arithmetic; any thread.
//
//   reserve file = [ expiry, a start | access records, checkpoints | what was accepted, and is in no ledger's file ]
//                  0                 KeptBytes                     ReserveBytes                              Target
//
// An append is admitted only while everything that was accepted fits the last part, an entry of _audit only while it
// fits the last two, a tombstone while it fits at all. So whoever fills the disk, these bytes are there already.
namespace LedgerStore.Engine.Pipeline;

/// <summary>What an append is for, and so which part of the reserve it may count on.</summary>
internal enum SpaceUse
{
    /// <summary>Somebody's record: the first to be refused.</summary>
    Ordinary,

    /// <summary>An entry of <c>_audit</c>: without it nothing is served.</summary>
    Audit,

    /// <summary>A tombstone: what it announces makes room.</summary>
    Expiry,
}

/// <summary>The division of a store's space.</summary>
/// <param name="ReserveBytes">The setting: for access records, checkpoints and expiry. 0: nothing is kept.</param>
/// <param name="BufferBytes">One frame's buffer: the unit in which appends are accepted.</param>
internal readonly record struct SpaceBudget(long ReserveBytes, long BufferBytes)
{
    /// <summary>Beyond an entry's bytes: its hash, its rows in the block and in the segment, its share of their
    /// headers and of the level-1 tile.</summary>
    public const int EntryBytes = 64;

    /// <summary>For a ledger that has anything to write: a partial block's header, a page that is not full in each of
    /// its files, and for the first entries its two directories and the head of a segment.</summary>
    public const int LedgerBytes = 32 * 1024;

    /// <summary>A producer's window in state.log: 64 batches and two names.</summary>
    public const int ProducerBytes = 4 * 1024;

    // A segment's tiles, which stand in for what expired, take 2.1 MiB; the rest is for tombstones and state logs.
    private const long ExpiryBytesMax = 4L * 1024 * 1024;

    // A start after a kill writes the open segment of `_audit` again: on a full disk it alone still grows.
    private const long StartBytesMax = 16L * 1024 * 1024;

    // What others and the store's own small files write between two looks at the disk.
    private const long LeftBytes = 1024 * 1024;

    public bool IsKept => ReserveBytes > 0;

    /// <summary>What only expiry and a start may use.</summary>
    public long KeptBytes => Math.Min(ExpiryBytesMax, ReserveBytes / 4) + Math.Min(StartBytesMax, ReserveBytes / 4);

    /// <summary>The least that is kept for what is accepted.</summary>
    public long BacklogBytesMin => IsKept ? 4 * BufferBytes : 0;

    /// <summary>How much the reserve gives at a time.</summary>
    public long StepBytes => Math.Max(64 * 1024, BacklogBytesMin / 16);

    /// <summary>With less free than this the disk counts as full before a write has failed.</summary>
    public long LowBytes => BacklogBytesMin / 2;

    /// <summary>What must be free beside the whole reserve before appends go on: else they would stop again at
    /// once.</summary>
    public long ResumeBytes => Math.Max(LeftBytes, BacklogBytesMin);

    /// <summary>What entries may take in the ledgers' files, whatever they are.</summary>
    public static long EntriesBytes(long builtBytes, int count) => builtBytes + ((long)count * EntryBytes);

    /// <summary>What of the reserve this use leaves to others.</summary>
    public long FloorOf(SpaceUse use) => use switch
    {
        SpaceUse.Ordinary => ReserveBytes,
        SpaceUse.Audit => KeptBytes,
        _ => 0,
    };

    /// <summary>Whether something that takes so many bytes may be accepted.</summary>
    /// <param name="held">The reserve as it is.</param>
    /// <param name="backlog">What was accepted and is not in the ledgers' files yet.</param>
    public bool HasRoom(SpaceUse use, long held, long backlog, long bytes) =>
        !IsKept || backlog + bytes + FloorOf(use) <= held;

    /// <summary>How large the reserve has to be so that a backlog fits it.</summary>
    public long Target(long backlog) =>
        IsKept ? ReserveBytes + Math.Max(BacklogBytesMin, RoundUp(backlog, StepBytes)) : 0;

    /// <summary>How large to make it while there is space: twice what is needed, so that appends do not wait for
    /// it.</summary>
    public long Ample(long backlog) => Target(2 * backlog);

    /// <summary>Whether the reserve is to grow before appends have to wait for it.</summary>
    public bool IsTight(long held, long backlog) => IsKept && 2 * backlog > held - ReserveBytes;

    /// <summary>How much of what is free the reserve takes back while the disk is full.</summary>
    public static long Refill(long held, long target, long free) =>
        Math.Max(0, Math.Min(target - held, free - LeftBytes));

    /// <summary>Whether appends may go on.</summary>
    /// <param name="journal">What the journal has to grow by before it can take a frame.</param>
    public bool MayResume(long held, long target, long free, long journal) =>
        held >= target && free >= ResumeBytes + journal;

    /// <summary>How many bytes somebody has to free so that appends go on.</summary>
    public long MissingBytes(long held, long target, long free, long journal)
    {
        long missing = target - held + ResumeBytes + journal - free;

        // Access records go on meanwhile, and a file system needs some space to say what is where.
        return missing <= 0 ? 0 : RoundUp(missing + (missing / 128) + LeftBytes, 4096);
    }

    private static long RoundUp(long bytes, long unit) => (bytes + unit - 1) / unit * unit;
}
