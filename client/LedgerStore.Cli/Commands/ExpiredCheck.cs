// What a server says has expired, against `_audit`: each range needs a tombstone there, in an entry that is proven as
// any other, that names the ledger, the range, and the root over its hashes; and the tombstone needs the notice that
// announced it a day before. Where `_audit` cannot be read, nothing is checked, and the answer says so. One thread.
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

    // How long before a tombstone its notice is there, at least.
    private readonly ulong _aheadMicros = (ulong)(run.Host.NoticeAhead.Ticks / TimeSpan.TicksPerMicrosecond);

    // `_audit` has no notice before this entry, as far as it was read for that.
    private ulong _withoutNotice;
    private bool _hasNotice;

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
        if (await ReadAsync<Tombstone>(audit, index).ConfigureAwait(false) is not ({ } tombstone, var micros))
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
        if (!tombstone.Root.Span.SequenceEqual(root.ToArray()))
        {
            return $"{what}, which says the root {Convert.ToHexStringLower(tombstone.Root.Span)} for its range; in the "
                + $"signed tree it is {root.ToHex()}";
        }

        return await IsAnnouncedAsync(audit, tombstone, index, micros).ConfigureAwait(false)
            ? null
            : $"{what}, which {Audit} did not announce a day before, as it does since its first notice";
    }

    /// <summary>Whether the tombstone names a notice of all its entries, a day older. Stores gave no notices once: from
    /// the first one in <c>_audit</c> on, whichever ledger it is about, every tombstone has its own.</summary>
    private async Task<bool> IsAnnouncedAsync(Verifier audit, Tombstone tombstone, ulong index, ulong micros)
    {
        if (tombstone.HasNotice
            && tombstone.Notice < index
            && await ReadAsync<ExpiryNotice>(audit, tombstone.Notice).ConfigureAwait(false) is ({ } notice, var noted))
        {
            return notice.Ledger == tombstone.Ledger
                && notice.FirstIndex <= tombstone.FirstIndex
                && notice.Count >= tombstone.Count
                && notice.FirstIndex + notice.Count >= tombstone.FirstIndex + tombstone.Count
                && micros >= noted
                && micros - noted >= _aheadMicros;
        }

        return !await HasNoticeBeforeAsync(audit, index).ConfigureAwait(false);
    }

    /// <summary>Reads <c>_audit</c> from its beginning, once: only where a tombstone names no notice.</summary>
    private async Task<bool> HasNoticeBeforeAsync(Verifier audit, ulong index)
    {
        if (_hasNotice || _withoutNotice >= index)
        {
            return _hasNotice && _withoutNotice < index;
        }

        await foreach ((ulong at, StoreEvent? said, _) in ReadAsync(audit, _withoutNotice, index - _withoutNotice)
            .ConfigureAwait(false))
        {
            _withoutNotice = at;
            if (said?.Body is ExpiryNotice)
            {
                _hasNotice = true;
                return true;
            }
        }

        _withoutNotice = index;
        return false;
    }

    private async Task<(T? Said, ulong Micros)> ReadAsync<T>(Verifier audit, ulong index)
        where T : class
    {
        await foreach ((_, StoreEvent? said, ulong micros) in ReadAsync(audit, index, 1).ConfigureAwait(false))
        {
            return (said?.Body as T, micros);
        }

        return (null, 0);
    }

    private async IAsyncEnumerable<(ulong Index, StoreEvent? Said, ulong Micros)> ReadAsync(
        Verifier audit, ulong first, ulong count)
    {
        ReadOptions range = new() { From = first, Limit = count, GiveUpAfter = run.Patience };
        await foreach (LedgerEvent next in reading.CreateReader(Audit).Verified(audit)
            .ReadAsync(range, run.Cancellation).ConfigureAwait(false))
        {
            if (next is LedgerEntry entry)
            {
                yield return Read(entry);
            }
        }
    }

    private static (ulong Index, StoreEvent? Said, ulong Micros) Read(LedgerEntry entry)
    {
        EntryView view = EntryView.Parse(entry.Bytes.Span);
        return (entry.Index, StoreEvent.Of(view), view.ReceivedUnixMicros);
    }
}
