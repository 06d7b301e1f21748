// What everybody who uses a store sees of it: its ledgers and what is claimed of them, and every entry. Immutable; any
// thread.

using System.Globalization;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>What is seen of one store.</summary>
internal sealed class StoreFacts
{
    private readonly Dictionary<string, List<byte[]?>> _entries = new(StringComparer.Ordinal);

    private StoreFacts(SortedDictionary<string, string> claims) => Claims = claims;

    /// <summary>What is claimed, by what it is about.</summary>
    public SortedDictionary<string, string> Claims { get; }

    public IEnumerable<string> Ledgers => _entries.Keys;

    public long Size(string ledger) => _entries[ledger].Count;

    /// <summary>An entry as it was appended; null where it has expired.</summary>
    public byte[]? Entry(string ledger, long index) => _entries[ledger][(int)index];

    /// <summary>Looks at a store that nobody touched.</summary>
    public static StoreFacts OfSound(CampaignHome home, string sound)
    {
        using CampaignCopy copy = home.Copy(sound);
        MovedTime time = new(default);
        using Store store = CampaignHome.Open(copy.Home, time, home.Key, static _ => { }, acceptMissing: false);
        StoreFacts facts = new(ClaimsOf(store));
        foreach (string name in store.LedgerNames)
        {
            Ledger ledger = store.GetLedger(name);
            List<byte[]?> entries = [.. Enumerable.Repeat<byte[]?>(null, (int)ledger.FirstReadable)];
            foreach (EntrySlice slice in Read(ledger, ledger.FirstReadable, ledger.Size))
            {
                for (int i = 0; i < slice.Count; i++)
                {
                    entries.Add(slice.Entry(i).ToArray());
                }
            }

            facts._entries.Add(name, entries);
        }

        return facts;
    }

    /// <summary>What a store claims.</summary>
    public static SortedDictionary<string, string> ClaimsOf(Store store)
    {
        SortedDictionary<string, string> claims = new(StringComparer.Ordinal)
        {
            ["ledgers"] = string.Join(' ', store.LedgerNames),
        };
        foreach (string name in store.LedgerNames)
        {
            Ledger ledger = store.GetLedger(name);
            LedgerDescription d = ledger.Describe();
            claims[$"{name} identity"] = string.Create(
                CultureInfo.InvariantCulture, $"{d.Id} {d.Origin} {d.Created:O} {d.IsSalted}");
            claims[$"{name} frozen"] = $"{d.IsFrozen} {d.FrozenReason}";
            claims[$"{name} retention"] = ledger.Retention.ToString();
            claims[$"{name} keys"] = string.Join(' ', ledger.Keys.Select(static key => key.VerifierKey));
            claims[$"{name} expired"] = string.Join(
                ' ', ledger.Expired.Select(static one => $"{one.FirstIndex}+{one.Count}@{one.Tombstone}"));
            claims[$"{name} holds"] = string.Join(' ', ledger.Holds.Select(static hold =>
                $"{hold.Id} {hold.FirstIndex}+{hold.Count} {hold.Reason} {hold.PlacedBy} {hold.Placed:O} "
                + $"{hold.Released:O}"));

            // A start says in `_audit` what it finds.
            if (name != LedgerName.Audit)
            {
                claims[$"{name} size"] = ledger.Size.ToString(CultureInfo.InvariantCulture);
                claims[$"{name} root"] = ledger.Checkpoint is { } signed ? $"{signed.Size} {signed.Root}" : "none";
            }
        }

        return claims;
    }

    /// <summary>The entries of a range; each slice until the next one.</summary>
    public static IEnumerable<EntrySlice> Read(Ledger ledger, long first, long end)
    {
        IAsyncEnumerator<EntrySlice> slices = ledger.ReadAsync(first, end - first).GetAsyncEnumerator();
        try
        {
            while (slices.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            {
                yield return slices.Current;
            }
        }
        finally
        {
            slices.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
