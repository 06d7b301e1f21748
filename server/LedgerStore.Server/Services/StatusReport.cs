// The state of the store as a whole, for administrators. It opens no ledger: a store may have very many, and asking how
// it is must not make it worse. Stateless; any thread.
using System.Reflection;
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;

namespace LedgerStore.Server.Services;

/// <summary>Sums up the store.</summary>
internal static class StatusReport
{
    /// <summary>Reasons that people give are kept up to this length.</summary>
    public const int ReasonMax = 1_024;

    private const int ProblemsMax = 1_000;

    /// <summary>The version of this build.</summary>
    public static string Version { get; } =
        typeof(StatusReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";

    public static Status Of(CallServices services, bool withHistory)
    {
        Status status = new()
        {
            State = State.Serving,
            Version = Version,
            Started = Timestamp.FromDateTimeOffset(services.Started),
            Ledgers = (ulong)services.Store.LedgerCount,
            Entries = (ulong)services.Store.EntryCount,
            StoredBytes = (ulong)(services.Disk?.StoredBytes ?? 0),
            RecoveryProgress = 1,
            Limits = new Limits
            {
                EntryBytes = StoreLimits.EntryBytesMax,
                PayloadBytes = StoreLimits.PayloadBytesMax,
                BatchBytes = StoreLimits.BatchBytesMax,
                BatchRecords = StoreLimits.BatchRecordsMax,
            },
        };
        status.Disk = DiskOf(services);
        if (services.Disk?.FullIn is { } left)
        {
            status.DiskFullIn = Duration.FromTimeSpan(left);
        }

        if (services.Store.Anchor is { } anchor)
        {
            status.Anchor = new AnchorState { Failure = anchor.Failure ?? string.Empty };
            if (anchor.Behind is { } behind)
            {
                status.Anchor.Behind = Duration.FromTimeSpan(behind);
            }
        }

        if (withHistory && services.History is { } history)
        {
            status.History.AddRange(history.Moments);
        }

        Dictionary<string, TierUsage> tiers = new(StringComparer.Ordinal);
        foreach (LedgerDescription ledger in services.Store.DescribeInUse())
        {
            foreach (TierShare share in ledger.Tiers)
            {
                Add(tiers, RetentionMessages.Of(share));
            }

            Report(status, ledger.Name, ledger.Damage);
            Report(status, ledger.Name, ledger.SigningFailure);
            Report(status, ledger.Name, ledger.IndexFailure);
            Report(
                status,
                ledger.Name,
                ledger.ExpiryRefusal is { } refusal ? $"nothing expires: {refusal}" : null);
            ReportUnconfirmed(status, ledger.Name, ledger.Unconfirmed);
        }

        ReportUnconfirmed(status, string.Empty, services.Store.Unconfirmed);
        status.Tiers.AddRange(tiers.Values);
        status.Tiering = RetentionMessages.Of(services.Store.TieringStatus);
        if (services.Store.Failure is { } failure)
        {
            status.State = State.Failed;
            status.Reason = failure.Message;
        }

        return status;
    }

    private static DiskUsage DiskOf(CallServices services)
    {
        DiskFacts space = services.Store.Disk;
        DiskUsage disk = new()
        {
            IsFull = space.IsFull,
            BytesToFree = (ulong)space.BytesToFree,
            FreeBytes = (ulong)(services.Disk?.FreeBytes ?? 0),
            ReserveBytes = (ulong)space.ReserveBytes,
            AuditBytes = (ulong)space.AuditBytes,
        };
        if (space.Since is { } since)
        {
            disk.FullSince = Timestamp.FromDateTimeOffset(since);
        }

        return disk;
    }

    private static void Add(Dictionary<string, TierUsage> tiers, TierUsage share)
    {
        if (!tiers.TryAdd(share.Tier, share))
        {
            TierUsage sum = tiers[share.Tier];
            sum.Segments += share.Segments;
            sum.Entries += share.Entries;
            sum.StoredBytes += share.StoredBytes;
            sum.RawBytes += share.RawBytes;
            sum.Oldest = Older(sum.Oldest, share.Oldest);
        }
    }

    // A ledger without entries has no oldest one.
    private static Timestamp? Older(Timestamp? one, Timestamp? other) =>
        one is null || (other is not null && other < one) ? other : one;

    private static void ReportUnconfirmed(Status status, string name, IReadOnlyList<string> claims)
    {
        foreach (string claim in claims)
        {
            Report(status, name, $"not confirmed: {claim}");
        }
    }

    private static void Report(Status status, string name, string? problem)
    {
        if (problem is not null && status.Problems.Count < ProblemsMax)
        {
            status.Problems.Add(new LedgerProblem { Ledger = name, Reason = problem });
        }
    }
}
