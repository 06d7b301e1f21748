// What a server says has expired, against `_audit`: each range needs a tombstone there, in an entry that is proven as
// any other, that names the ledger, the range, and the root over its hashes. Where `_audit` cannot be read, nothing is
// checked, and the answer says so. One thread.
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Looks for the tombstones of one ledger.</summary>
/// <param name="verifier">Of the ledger.</param>
/// <param name="checkpoint">In which the hashes of what has expired are proven.</param>
internal sealed class ExpiredCheck(
    Run run, LedgerClient reading, LedgerClient verifying, Verifier verifier, VerifiedCheckpoint checkpoint)
{
    private const string Audit = "_audit";

    // Whole bundles expire.
    private const ulong Bundle = 256;

    private readonly List<(ulong First, ulong End, ulong Tombstone)> _ranges = [];

    /// <summary>Entries that nobody's tombstone could be looked up for.</summary>
    public ulong Unchecked { get; private set; }

    /// <summary>Why; null when all were looked up.</summary>
    public string? WhyUnchecked { get; private set; }

    /// <summary>What is said to have expired, and had not to; null: nothing.</summary>
    public string? Refuted { get; private set; }

    /// <summary>Takes the next range. They come in their order.</summary>
    public void Add(ExpiredRange gone)
    {
        ulong end = gone.FirstIndex + gone.Count;
        if (_ranges is [.., var last] && last.End == gone.FirstIndex && last.Tombstone == gone.Tombstone)
        {
            _ranges[^1] = last with { End = end };
        }
        else
        {
            _ranges.Add((gone.FirstIndex, end, gone.Tombstone));
        }
    }

    /// <summary>Checks all of them.</summary>
    public async Task RunAsync()
    {
        if (_ranges.Count == 0)
        {
            return;
        }

        try
        {
            using Verifier audit = LedgerTrust.Open(run, verifying, Audit, vkey: null);
            foreach ((ulong first, ulong end, ulong tombstone) in _ranges)
            {
                Refuted ??= await WhyWrongAsync(audit, first, end, tombstone).ConfigureAwait(false);
            }
        }
        catch (UsageException noKey)
        {
            Skip(noKey.Message);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.PermissionDenied)
        {
            Skip($"the tombstones in {Audit} may not be read: {refused.Message}");
        }
    }

    private void Skip(string why)
    {
        WhyUnchecked = why;
        Unchecked = _ranges.Aggregate(0UL, static (sum, range) => sum + (range.End - range.First));
    }

    private async Task<string?> WhyWrongAsync(Verifier audit, ulong first, ulong end, ulong index)
    {
        string what = $"the server says that entries {first} to {end - 1} of {verifier.Ledger} have expired, by entry "
            + $"{index} of {Audit}";
        if (await ReadAsync(audit, index).ConfigureAwait(false) is not { } tombstone)
        {
            return $"{what}, which is no tombstone";
        }

        ulong goneEnd = tombstone.FirstIndex + tombstone.Count;
        if (tombstone.Ledger != verifier.Ledger || tombstone.FirstIndex > first || goneEnd < end)
        {
            return $"{what}, which is the tombstone of {tombstone.Count} entries of {tombstone.Ledger}, from "
                + $"{tombstone.FirstIndex} on";
        }

        if (tombstone.FirstIndex % Bundle != 0 || tombstone.Count % Bundle != 0 || goneEnd > checkpoint.Size)
        {
            return $"{what}, whose range cannot have expired: {tombstone.Count} entries from {tombstone.FirstIndex} on";
        }

        Hash256 root = await verifier
            .GetRangeRootAsync(checkpoint, tombstone.FirstIndex, tombstone.Count, run.Cancellation)
            .ConfigureAwait(false);
        return tombstone.Root.Span.SequenceEqual(root.ToArray())
            ? null
            : $"{what}, which says the root {Convert.ToHexStringLower(tombstone.Root.Span)} for its range; in the "
                + $"signed tree it is {root.ToHex()}";
    }

    private async Task<Tombstone?> ReadAsync(Verifier audit, ulong index)
    {
        ReadOptions one = new() { From = index, Limit = 1, GiveUpAfter = run.Patience };
        await foreach (LedgerEvent next in reading.CreateReader(Audit).Verified(audit).ReadAsync(one, run.Cancellation)
            .ConfigureAwait(false))
        {
            if (next is LedgerEntry entry)
            {
                return StoreEvent.Of(EntryView.Parse(entry.Bytes.Span))?.Body as Tombstone;
            }
        }

        return null;
    }
}
