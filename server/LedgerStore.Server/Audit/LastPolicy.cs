// The policy that held when the server last ran, as _audit says; its text, if the copy beside the anchor is that one.
// Read once at start; immutable.
using System.Collections.Immutable;
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Pki;
using LedgerStore.Policy;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Server.Audit;

/// <summary>What policy changes are compared with at start.</summary>
internal sealed record LastPolicy(ImmutableArray<byte> Sha256, CompiledPolicy? Text)
{
    /// <summary>The hash of the copy beside the anchor; empty: there is none.</summary>
    public ImmutableArray<byte> Copy { get; private init; } = [];

    private const int DifferenceMax = 32 * 1024;

    // The tag of Event.policy: of all other events only the first byte is looked at.
    private const byte PolicyTag = (3 << 3) | 2;
    private const long ChunkEntries = 4 * StoreLimits.EntriesPerBundle;

    /// <summary>Looks in the ledger, the newest entries first, until it is found: a policy that was exchanged while the
    /// server was down must not pass for the first one because much was recorded since the last change.</summary>
    public static async ValueTask<LastPolicy> FindAsync(Ledger audit, string copy)
    {
        long end = audit.Size;
        for (long from = end; from > 0;)
        {
            long first = Math.Max(0, from - ChunkEntries);
            (PolicyChange? change, long lostFrom) = await LastInAsync(audit, first, from - first).ConfigureAwait(false);
            if (change is not null)
            {
                ImmutableArray<byte> hash = [.. change.Sha256After.Span];
                return new LastPolicy(hash, TextOf(copy, hash, out byte[] found)) { Copy = [.. found] };
            }

            // What is lost may be as long as a damaged file says: nobody looks through it.
            from = Math.Min(first, lostFrom);
        }

        return new LastPolicy([], null);
    }

    /// <summary>What is wrong with the copy beside the anchor: it is neither the policy that held nor the one that
    /// holds now, which a crash may have left recorded by nobody; null when nothing is.</summary>
    public string? WhyStrange(string copy, ReadOnlySpan<byte> now) =>
        Copy.IsEmpty || Copy.AsSpan().SequenceEqual(Sha256.AsSpan()) || Copy.AsSpan().SequenceEqual(now)
            ? null
            : $"the copy of the policy in {copy} has the hash {Convert.ToHexStringLower(Copy.AsSpan())}, and the one "
                + $"that was in force has {Convert.ToHexStringLower(Sha256.AsSpan())}: somebody put another one there";

    /// <summary>The record of a change from this policy to another.</summary>
    public PolicyChange ChangeTo(CompiledPolicy policy) => new()
    {
        Sha256Before = ByteString.CopyFrom(Sha256.AsSpan()),
        Sha256After = ByteString.CopyFrom(policy.Document.Sha256.AsSpan()),
        Accepted = true,
        Difference = Sha256.Length > 0 && Text is null
            ? "the text of the policy before is not at hand; this one allows:\n"
                + PolicyDifference.Between(null, policy).ToText(DifferenceMax)
            : PolicyDifference.Between(Text, policy).ToText(DifferenceMax),
    };

    /// <summary>The last change in a range, and where a range begins that cannot be read.</summary>
    private static async ValueTask<(PolicyChange? Last, long LostFrom)> LastInAsync(
        Ledger audit, long first, long count)
    {
        PolicyChange? last = null;
        long lostFrom = first;
        try
        {
            await foreach (EntrySlice slice in audit.ReadAsync(first, count).ConfigureAwait(false))
            {
                for (int number = 0; number < slice.Count; number++)
                {
                    ReadOnlySpan<byte> record = slice.Record(number);
                    if (record is not [PolicyTag, ..])
                    {
                        continue;
                    }

                    Event entry = Event.Parser.ParseFrom(record);
                    last = entry.Policy is { Accepted: true } change ? change : last;
                }
            }
        }
        catch (Exception damage) when (damage is StoreException or InvalidProtocolBufferException)
        {
            // A damaged range hides a change at worst, which then is recorded once more.
            lostFrom = damage is StoreException { FirstIndex: >= 0 } lost ? lost.FirstIndex : first;
        }

        return (last, lostFrom);
    }

    private static CompiledPolicy? TextOf(string copy, ImmutableArray<byte> hash, out byte[] found)
    {
        found = [];
        try
        {
            byte[] text = PkiFiles.ReadBytes(copy);
            found = System.Security.Cryptography.SHA256.HashData(text);
            return found.AsSpan().SequenceEqual(hash.AsSpan())
                && PolicyDocument.Parse(text).Policy is { } policy
                ? CompiledPolicy.Compile(policy)
                : null;
        }
        catch (PkiException)
        {
            return null;
        }
    }
}
