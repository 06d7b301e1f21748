// LedgerVisit: files that are superseded go. state.log says which one counts, and that is a claim: before another file
// of the segment is unlinked, the one that counts was read and hashed, and lacks nothing that has not expired.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    private static readonly IReadOnlySet<long> s_none = new HashSet<long>();

    /// <summary>Unlinks files of segments of which state.log names another one. Never anything else.</summary>
    private async Task RemoveSupersededAsync(OpenLedger log)
    {
        string directory = ground.Paths.SegmentsDirectory(log.Id);
        if (!ground.Files.Exists(directory))
        {
            return;
        }

        bool removed = false;
        foreach ((int segment, string[] names) in Superseded(log, directory))
        {
            string? why = WhyKept(log, segment, out long bytes);
            await pace.Work(bytes);
            foreach (string name in names)
            {
                string path = System.IO.Path.Combine(directory, name);
                bool isCopied = why is not null && Current(log, segment) is { Facts.Tier: SegmentTier.Cold } cold
                    && IsCopied(path, cold.Facts);
                if (why is not null && !isCopied)
                {
                    // It stays, and is what readers get. The visit says why.
                    counters.Failed(new StoreException(
                        StoreReason.NotConfirmed, $"'{path}' is not removed although state.log names another: {why}"));
                    continue;
                }

                // A crash in here leaves some of them: the next visit looks again.
                ground.Files.Delete(path);
                removed = true;
            }
        }

        if (removed)
        {
            ground.Files.SyncDirectory(directory);
        }

        await pace.Work();
    }

    private List<(int Segment, string[] Names)> Superseded(OpenLedger log, string directory)
    {
        SegmentList list = log.Segments.List;
        Dictionary<int, List<string>> found = [];
        foreach (string name in ground.Files.List(directory))
        {
            bool isNumbered = StorePaths.TryParseSegment(name, out long segment, out _)
                || StorePaths.TryParseTiles(name, out segment, out _);
            if (!isNumbered || segment >= list.Count)
            {
                continue;
            }

            SegmentSource source = list[(int)segment];
            bool isNamed = source is SealedSegment ? IsSettled(log, (int)segment) : IsOpenCommitted(log);
            if (isNamed && System.IO.Path.GetFileName(source.Path) != name)
            {
                found.TryAdd((int)segment, []);
                found[(int)segment].Add(name);
            }
        }

        return [.. found.Select(static one => (one.Key, one.Value.ToArray()))];
    }

    /// <summary>Why the other files of a segment must stay; null when the one that counts has all there is.</summary>
    private string? WhyKept(OpenLedger log, int segment, out long bytes)
    {
        SegmentSource source = log.Segments.List[segment];
        bytes = 0;
        if (PayloadGuard.Missing(log, source) is { } missing)
        {
            return missing;
        }

        try
        {
            using IFile file = ground.Files.Open(source.Path, FileAccessMode.ReadOnly);
            bytes = file.Length;
            SegmentFinding? finding = source is SealedSegment complete
                ? _verifier.Verify(file, source.Identity, complete.Facts.Root).Finding
                : _verifier.VerifyOpen(
                    file,
                    source.Identity,
                    source.Entries / StoreLimits.EntriesPerBundle * StoreLimits.EntriesPerBundle,
                    new SegmentEvidence(source.Identity.Segment, s_none));
            return finding?.Evidence;
        }
        catch (StorageException unreadable)
        {
            return unreadable.Message;
        }
    }

    /// <summary>Whether the cold store has the same bytes: then a crash came between the move and the unlinking.
    /// </summary>
    private bool IsCopied(string path, SealedFacts cold)
    {
        try
        {
            using IFile file = ground.Files.Open(path, FileAccessMode.ReadOnly);
            return ground.Services.Cold is { } store && cold.Location == ColdName(cold)
                && file.Length == cold.ColdBytes && IsSame(file, store, cold);
        }
        catch (Exception away) when (away is ColdStoreException or StorageException)
        {
            return false;
        }
    }

    private static bool IsSame(IFile file, IColdStore store, SealedFacts cold)
    {
        byte[] local = new byte[CompareBytes];
        for (long offset = 0; offset <= cold.ColdBytes; offset += CompareBytes)
        {
            // One byte more than there are, at the end: a copy that is longer is another file.
            int length = (int)Math.Min(CompareBytes, cold.ColdBytes + 1 - offset);
            ReadOnlyMemory<byte> there = store.ReadAsync(cold.Location, offset, length, CancellationToken.None)
                .AsTask()
                .GetAwaiter()
                .GetResult();
            if (!there.Span.SequenceEqual(local.AsSpan(0, file.Read(offset, local.AsSpan(0, length)))))
            {
                return false;
            }
        }

        return true;
    }
}
