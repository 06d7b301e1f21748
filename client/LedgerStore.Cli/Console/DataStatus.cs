// The state of a data directory, as a server would tell its own. Pure, but for the directory.
using System.Reflection;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Wording;

namespace LedgerStore.Cli;

/// <summary>Sums up what is there.</summary>
internal static class DataStatus
{
    public static Status Of(Store store)
    {
        Status status = new()
        {
            State = State.ReadOnly,
            Reason = "a data directory that no server has open",
            Version = typeof(DataStatus).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion ?? "unknown",
            Ledgers = (ulong)store.LedgerCount,
            Entries = (ulong)store.EntryCount,
            RecoveryProgress = 1,
        };
        foreach (string name in store.LedgerNames)
        {
            if (!store.TryGetLedger(name, out Ledger? ledger))
            {
                continue;
            }

            LedgerDescription facts = ledger.Describe();
            foreach (TierShare share in facts.Tiers)
            {
                Add(status, RetentionMessages.Of(share));
            }

            if (facts.Damage is { } damage)
            {
                status.Problems.Add(new LedgerProblem { Ledger = name, Reason = damage });
            }
        }

        return status;
    }

    private static void Add(Status status, TierUsage share)
    {
        if (status.Tiers.FirstOrDefault(each => each.Tier == share.Tier) is not { } sum)
        {
            status.Tiers.Add(share);
            status.StoredBytes += share.StoredBytes;
            return;
        }

        sum.Segments += share.Segments;
        sum.Entries += share.Entries;
        sum.StoredBytes += share.StoredBytes;
        sum.RawBytes += share.RawBytes;
        status.StoredBytes += share.StoredBytes;
    }
}
