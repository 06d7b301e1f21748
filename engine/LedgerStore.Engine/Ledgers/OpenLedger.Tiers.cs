// An open ledger's part for tiering: holds, how far expiry has come, what no crash replays any more.
// Changed under the lock of the decisions, or by the tiering thread; read by any thread.

using System.Runtime.CompilerServices;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Ledgers;

internal sealed partial class OpenLedger
{
    private volatile StrongBox<(long Segment, uint Generation)> _committedOpen = new();
    private volatile HoldRecord[] _holds = [];
    private volatile AuditRangeRecord? _expiring;
    private volatile string? _expiryRefusal;
    private long _settledSize;
    private long _nextExpiryMicros = long.MaxValue;

    /// <summary>Holds in force. Replaced, never changed.</summary>
    public HoldRecord[] Holds
    {
        get => _holds;
        set => _holds = value;
    }

    /// <summary>Entries that are going: their tombstone is on its way, or a crash left open whether it is in
    /// <c>_audit</c>. Nobody can keep them. Null when none are.</summary>
    public AuditRangeRecord? Expiring
    {
        get => _expiring;
        set => _expiring = value;
    }

    /// <summary>Why nothing expires although it is due; null when nothing forbids it.</summary>
    public string? ExpiryRefusal
    {
        get => _expiryRefusal;
        set => _expiryRefusal = value;
    }

    /// <summary>Entries that are in the ledger's files and that no start replays: the journal does not need their
    /// frames any more. Only these change their tier or go.</summary>
    public long SettledSize
    {
        get => Volatile.Read(ref _settledSize);
        set => Volatile.Write(ref _settledSize, value);
    }

    /// <summary>When the next entries expire, as the last visit found; MaxValue when none do.</summary>
    public long NextExpiryMicros
    {
        get => Volatile.Read(ref _nextExpiryMicros);
        set => Volatile.Write(ref _nextExpiryMicros, value);
    }

    // ---- of the tiering thread

    /// <summary>Policy and holds were compared with what was recorded of them.</summary>
    public bool IsPolicyConfirmed { get; set; }

    public ExpiryProgressRecord? ExpiryProgress { get; set; }

    /// <summary>What was announced in <c>_audit</c>, and may go when that is a day old.</summary>
    public List<AuditRangeRecord> Notices { get; } = [];

    /// <summary>Steady time of the last check for expiry; -1 before the first in this process.</summary>
    public long LastExpiryCheckMicros { get; set; } = -1;

    /// <summary>The bundle that was found incomplete, and the time of its first entry.</summary>
    public (long Bundle, long Micros)? Incomplete { get; set; }

    /// <summary>The floor up to which the cold store keeps what it has of the ledger, if it was told since the
    /// store was opened.</summary>
    public TimeSpan KeptFloor { get; set; }

    /// <summary>Files that state.log proves superseded were looked for.</summary>
    public bool IsCleanedUp { get; set; }

    /// <summary>A commit went wrong in a way that leaves open which file counts: nothing is moved any more until the
    /// store is opened again.</summary>
    public bool IsUnclear { get; set; }

    /// <summary>The open segment and its generation as state.log says them.</summary>
    public (long Segment, uint Generation) CommittedOpen
    {
        get => _committedOpen.Value;
        set => _committedOpen = new StrongBox<(long Segment, uint Generation)>(value);
    }
}
