// The state of the store as a whole, for administrators. Stateless; any thread.
using System.Reflection;
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Rights;

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

    public static Status Of(CallServices services)
    {
        Status status = new()
        {
            State = State.Serving,
            Version = Version,
            Started = Timestamp.FromDateTimeOffset(services.Started),
            RecoveryProgress = 1,
            Limits = new Limits
            {
                EntryBytes = StoreLimits.EntryBytesMax,
                PayloadBytes = StoreLimits.PayloadBytesMax,
                BatchBytes = StoreLimits.BatchBytesMax,
                BatchRecords = StoreLimits.BatchRecordsMax,
            },
        };
        foreach (string name in services.Store.LedgerNames)
        {
            Add(status, services.Store, name);
        }

        if (services.Store.Failure is { } failure)
        {
            status.State = State.Failed;
            status.Reason = failure.Message;
        }

        return status;
    }

    private static void Add(Status status, Store store, string name)
    {
        status.Ledgers++;
        try
        {
            LedgerDescription facts = store.GetLedger(name).Describe();
            status.Entries += (ulong)facts.Size;
            status.StoredBytes += (ulong)facts.SegmentBytes;
            Report(status, name, facts.Damage);
            Report(status, name, facts.SigningFailure);
        }
        catch (StoreException unreadable)
        {
            Report(status, name, unreadable.Message);
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
