// LedgerVisit: new files for segments, and copies in the cold store.

using LedgerStore.Engine.Append;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    private const int CompareBytes = 1024 * 1024;

    /// <summary>The name of a segment's file in the cold store.</summary>
    public static string ColdName(SealedFacts facts) => TierRecord.NameOf(
        facts.Identity.StoreId, facts.Identity.LedgerId, facts.Identity.Segment, facts.Root);

    /// <summary>Writes a segment again and puts the new file in the place of the old one.</summary>
    private IEnumerable<TierStep> Rewrite(LedgerLog log, SealedSegment old, SegmentForm form)
    {
        Invariant.That(
            old.Facts.Tier != SegmentTier.Cold || IsAllExpired(log, old), "what is cold expires as a whole");
        Require(form == SegmentForm.HashesOnly ? null : PayloadGuard.Missing(log, old));
        Hash256[] roots = new Hash256[StoreLimits.BundlesPerSegment];
        Invariant.That(
            log.Reader.Segments.TryReadBundleRoots(old.Identity.Segment, roots), "a complete segment has roots");
        SealedFacts facts;
        using (SegmentRewriter writer = new(
            parts.Services,
            old,
            log.Reader.Segments.Expired,
            form,
            NextGeneration(log, old),
            parts.Clock(),
            _effort.Choose))
        {
            while (writer.BundlesDone < StoreLimits.BundlesPerSegment)
            {
                // A crash in here leaves a file that state.log does not name: the next visit unlinks it.
                yield return TierStep.Work(writer.WriteNext());
            }

            writer.Complete(roots);

            // A crash here leaves a whole file that state.log does not name: the same.
            yield return TierStep.Work();
            facts = writer.Verify(_verifier);
            yield return TierStep.Work(facts.FileLength);
        }

        foreach (TierStep step in Publish(log, old, facts))
        {
            yield return step;
        }
    }

    /// <summary>The new file is durable and right: from here on it is the one that counts.</summary>
    private IEnumerable<TierStep> Publish(LedgerLog log, SealedSegment old, SealedFacts facts)
    {
        bool isCommitted = TryCommit(log, state => state.Stage(RecordOf(facts)));
        while (!isCommitted)
        {
            // A crash in here leaves both files, and state.log names one of them.
            yield return TierStep.Wait;
            isCommitted = TryCommit(log, static _ => { });
        }

        log.Reader.Segments.Replace(new SealedSegment(parts.Services.Maps, facts));
        Forget(log, facts);

        // Who reads the old file has it mapped: the bytes stay until he is done.
        old.Dispose();

        // A crash here leaves the old file, which state.log proves superseded: the next visit unlinks it.
        yield return TierStep.Work();
        if (old.Path != facts.Path)
        {
            parts.Files.Delete(old.Path);
            parts.Files.SyncDirectory(System.IO.Path.GetDirectoryName(old.Path)!);
        }

        yield return TierStep.Work();
    }

    /// <summary>Copies a dense segment to the cold store, and keeps its hashes here.</summary>
    private IEnumerable<TierStep> MoveCold(
        LedgerLog log, SealedSegment warm, RetentionPolicy policy, IColdStore cold)
    {
        // A local file that lacks payload would lose to the copy that has it.
        Require(PayloadGuard.Missing(log, warm));

        // Said before it is done: whatever crashes, state.log knows of the copy, and expiry deletes it too.
        SealedFacts begun = warm.Facts with { Location = ColdName(warm.Facts), ColdBytes = warm.Facts.FileLength };
        if (warm.Facts.Location != begun.Location)
        {
            foreach (TierStep step in Publish(log, warm, begun))
            {
                yield return step;
            }

            warm = Current(log, (int)begun.Identity.Segment)!;
        }

        DateTimeOffset? keepUntil = policy.Floor == TimeSpan.Zero ? null : FloorOf(begun, policy);
        using (IFileStream file = new(parts.Files.Open(begun.Path, FileAccessMode.ReadOnly)))
        {
            Task<bool> put = cold.PutIfAbsentAsync(begun.Location, file, keepUntil, CancellationToken.None).AsTask();
            while (!put.IsCompleted)
            {
                yield return TierStep.Wait;
            }

            // False: an earlier try came this far, perhaps under another floor. Whose bytes they are, comparing says.
            if (!put.GetAwaiter().GetResult())
            {
                log.Tiers.KeptFloor = TimeSpan.Zero;
            }

            yield return TierStep.Work(begun.FileLength);
        }

        foreach (TierStep step in Compare(begun, cold))
        {
            yield return step;
        }

        foreach (TierStep step in Rewrite(log, warm, SegmentForm.HashesOnly))
        {
            yield return step;
        }
    }

    /// <summary>Reads the copy back.</summary>
    private IEnumerable<TierStep> Compare(SealedFacts facts, IColdStore cold)
    {
        byte[] local = new byte[CompareBytes];
        using IFile file = parts.Files.Open(facts.Path, FileAccessMode.ReadOnly);
        for (long offset = 0; offset <= facts.FileLength; offset += CompareBytes)
        {
            // One byte more than there are, at the end: a copy that is longer is another file.
            int length = (int)Math.Min(CompareBytes, facts.FileLength + 1 - offset);
            Task<ReadOnlyMemory<byte>> read = cold
                .ReadAsync(facts.Location, offset, length, CancellationToken.None)
                .AsTask();
            while (!read.IsCompleted)
            {
                yield return TierStep.Wait;
            }

            int there = file.Read(offset, local.AsSpan(0, length));
            if (!read.GetAwaiter().GetResult().Span.SequenceEqual(local.AsSpan(0, there)))
            {
                // It is ours by its name, which state.log has; the next round makes it anew.
                Task<bool> delete = cold.DeleteAsync(facts.Location, CancellationToken.None).AsTask();
                while (!delete.IsCompleted)
                {
                    yield return TierStep.Wait;
                }

                throw new ColdStoreException(
                    ColdStoreFailure.Refused,
                    $"{cold.Description} gave other bytes back for '{facts.Location}' than were put there");
            }

            yield return TierStep.Work(length);
        }
    }

    /// <summary>Deletes the copy of a segment that is not to have one, and then forgets it.</summary>
    private IEnumerable<TierStep> DropCopy(LedgerLog log, SealedSegment segment)
    {
        IColdStore cold = parts.Services.Cold ?? throw new ColdStoreException(
            ColdStoreFailure.Away, "the store was opened without its cold store, and something there is to be deleted");
        Require(PayloadGuard.Missing(log, segment) ?? (segment.Facts.Location == ColdName(segment.Facts)
            ? null
            : $"'{segment.Facts.Location}' is not the name of this segment's copy"));
        Task<bool> delete = cold.DeleteAsync(segment.Facts.Location, CancellationToken.None).AsTask();
        while (!delete.IsCompleted)
        {
            yield return TierStep.Wait;
        }

        // A crash here finds the name in state.log and nothing there: deleting it again is no error.
        _ = delete.GetAwaiter().GetResult();
        yield return TierStep.Work();
        foreach (TierStep step in Publish(log, segment, segment.Facts with { Location = string.Empty, ColdBytes = 0 }))
        {
            yield return step;
        }
    }

    /// <summary>Nothing is written again, moved or deleted of a segment that is not what the files say.</summary>
    private static void Require(string? missing)
    {
        if (missing is not null)
        {
            throw new StoreException(StoreReason.NotConfirmed, $"a segment is left as it is: {missing}");
        }
    }

    /// <summary>Commits a record; what was staged stays staged when there is no space.</summary>
    /// <returns>False: no space. It must be tried again, and nothing else done meanwhile: it may be committed at any
    /// moment.</returns>
    private bool TryCommit(LedgerLog log, Action<LedgerStateLog> stage)
    {
        try
        {
            retention.Commit(log, stage);
            return true;
        }
        catch (StorageException full) when (full.IsRetryable)
        {
            return false;
        }
        catch
        {
            log.Tiers.IsUnclear = true;
            throw;
        }
    }

    private void Forget(LedgerLog log, SealedFacts facts)
    {
        if (facts.Tier == SegmentTier.Expired)
        {
            parts.Services.Cache.Invalidate(
                log.Id, facts.Identity.Segment * StoreLimits.BundlesPerSegment, StoreLimits.BundlesPerSegment);
        }
    }

    private uint NextGeneration(LedgerLog log, SealedSegment segment)
    {
        uint newest = segment.Identity.Generation;
        foreach (string name in parts.Files.List(parts.Paths.SegmentsDirectory(log.Id)))
        {
            if ((StorePaths.TryParseSegment(name, out long number, out uint generation)
                    || StorePaths.TryParseTiles(name, out number, out generation))
                && number == segment.Identity.Segment)
            {
                newest = Math.Max(newest, generation);
            }
        }

        return newest + 1;
    }

    private static bool IsAllExpired(LedgerLog log, SealedSegment segment)
    {
        long first = SegmentFormat.FirstIndex(segment.Identity.Segment);
        return log.Reader.Segments.Expired.HasAll(first, first + StoreLimits.EntriesPerSegment);
    }

    private static TierRecord RecordOf(SealedFacts facts) => new(
        facts.Identity.Segment,
        facts.Identity.Generation,
        facts.Tier,
        facts.FileLength,
        facts.ColdBytes,
        facts.Location);
}
