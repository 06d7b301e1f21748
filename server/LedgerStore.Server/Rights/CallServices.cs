// What every call needs from the server: the store, the policy in force, the record of accesses, the clock.
// Made once at start; any thread.
using LedgerStore.Engine;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Disk;
using LedgerStore.Server.Following;
using LedgerStore.Server.Operations;

namespace LedgerStore.Server.Rights;

/// <summary>The common ground of all calls.</summary>
internal sealed record CallServices(
    Store Store, PolicyInForce Policy, AccessRecorder Recorder, AuditLog Audit, TimeProvider Time)
{
    /// <summary>An open stream says this often in _audit how far it has come.</summary>
    public required TimeSpan RecordInterval { get; init; }

    /// <summary>A following reader hears this often that there is nothing new.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>Who follows what.</summary>
    public required Followers Followers { get; init; }

    /// <summary>What is known of the disk; null where nobody looks.</summary>
    public DiskWatch? Disk { get; init; }

    /// <summary>What the store was like in the last day; null where nobody looks.</summary>
    public History? History { get; init; }

    /// <summary>When the server started.</summary>
    public DateTimeOffset Started { get; } = Time.GetUtcNow();
}
