// What an entry of _audit says of entries that expired: Event.tombstone of events.proto, as far as a cover needs it.
// Pure.

using System.Text;

namespace LedgerStore.Fields;

/// <summary>Which entries are gone.</summary>
internal sealed record TombstoneClaim(string Ledger, ulong First, ulong Count)
{
    private const int EventField = 7;
    private const int LedgerField = 1;
    private const int FirstField = 2;
    private const int CountField = 3;

    private static ReadOnlySpan<byte> ContentType => "application/x-ledgerstore-event"u8;

    /// <summary>Reads it from an entry; null when the entry is no tombstone.</summary>
    public static TombstoneClaim? TryRead(ReadOnlySpan<byte> entry)
    {
        if (!EntryView.TryParse(entry, out EntryView view) || !view.ContentType.SequenceEqual(ContentType))
        {
            return null;
        }

        ProtoReader reader = new(view.Payload);
        TombstoneClaim? claim = null;
        while (reader.TryNext())
        {
            claim = reader.Field == EventField ? Read(reader.Bytes) : claim;
        }

        return reader.IsBroken ? null : claim;
    }

    private static TombstoneClaim? Read(ReadOnlySpan<byte> message)
    {
        TombstoneClaim claim = new("", 0, 0);
        ProtoReader reader = new(message);
        while (reader.TryNext())
        {
            claim = reader.Field switch
            {
                LedgerField => claim with { Ledger = Encoding.UTF8.GetString(reader.Bytes) },
                FirstField => claim with { First = reader.Number },
                CountField => claim with { Count = reader.Number },
                _ => claim,
            };
        }

        return reader.IsBroken ? null : claim;
    }
}
