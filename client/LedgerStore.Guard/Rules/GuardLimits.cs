// Every limit of the guard, in one place, and what happens at it. Constants.

namespace LedgerStore.Guard;

/// <summary>What the guard keeps at most. At a limit something is said, never nothing.</summary>
internal static class GuardLimits
{
    /// <summary>Rules of a file, without those that are built in.</summary>
    public const int RulesMax = 200;

    /// <summary>Groups that one rule keeps of one ledger; beyond, the one that was quiet longest is forgotten, and the
    /// rule `guard-limit` fires.</summary>
    public const int GroupsMax = 100_000;

    /// <summary>Entries that are kept for one group; beyond, the oldest are added up, and `guard-limit`
    /// fires.</summary>
    public const int ItemsMax = 4_096;

    /// <summary>Entries that one rule keeps of one ledger in all its groups; beyond, as with too many groups.
    /// </summary>
    public const int ItemsTotalMax = 500_000;

    /// <summary>Indexes that an alert names; its count says how many there were.</summary>
    public const int IndexesMax = 32;

    /// <summary>Characters of one value in an alert; a longer one is cut there, and only there.</summary>
    public const int ShownMax = 256;

    /// <summary>Fields that a rule groups by.</summary>
    public const int ByMax = 4;

    /// <summary>Names of a rule about silence.</summary>
    public const int NamesMax = 1_000;

    /// <summary>Bytes of a value that is remembered as it is: of a longer one, its beginning and its hash.</summary>
    public const int NameBytesMax = 128;

    /// <summary>Bytes of an entry of <c>_alerts</c> that this guard reads; it writes less.</summary>
    public const int AlertBytesMax = 60_000;

    /// <summary>The longest duration in a rule.</summary>
    public const long DaysMax = 3_650;

    /// <summary>So long before now a time is taken as over, if no entry shows it: what was received then may be under
    /// way.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>So long a guard that has caught up with <c>_audit</c> waits before it looks again: its looking is
    /// recorded there.</summary>
    public static readonly TimeSpan AuditRest = TimeSpan.FromSeconds(3);
}
