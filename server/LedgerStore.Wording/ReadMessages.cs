// What stands in a read in the place of entries, as messages. Pure; any thread.
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Wording;

/// <summary>Makes messages of reads.</summary>
internal static class ReadMessages
{
    /// <summary>Entries that expired, with the hash that proves what comes behind them.</summary>
    public static ReadResponse ExpiredOf(in ExpiredSubtree gone) => new()
    {
        Expired = new Expired
        {
            FirstIndex = (ulong)gone.FirstIndex,
            Count = (ulong)gone.Count,
            Root = ByteString.CopyFrom(gone.Root.ToArray()),
            Tombstone = (ulong)gone.Tombstone,
        },
    };

    /// <summary>Why entries cannot be read now.</summary>
    public static Unreadable.Types.Cause CauseOf(StoreException lost) => lost.Reason == StoreReason.TierAway
        ? Unreadable.Types.Cause.TierAway
        : Unreadable.Types.Cause.Damaged;
}
