// The ways to notice an attack, each as it would be used. Stateless.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Verification;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;

namespace LedgerStore.Tests.Engine.Tamper;

internal static class Detectors
{
    /// <summary>Everybody who notices. The store that is started changes files, so it comes last.</summary>
    public static Notice Run(TamperedStore store, out string evidence)
    {
        List<string> told = [];
        Notice notice = (Scrub(store, told) ? Notice.Scrubber : Notice.None)
            | (Verify(store, [], told) ? Notice.Verify : Notice.None)
            | (Verify(store, store.Home.Kept, told) ? Notice.Kept : Notice.None)
            | (Verify(store, [], told, store.Anchor) ? Notice.Anchor : Notice.None)
            | Start(store, told);
        evidence = string.Join('\n', told);
        return notice;
    }

    private static bool Verify(
        TamperedStore store, IReadOnlyList<TrustedCheckpoint> kept, List<string> told, string? anchor = null)
    {
        VerifyReport report = StoreVerifier.Verify(new VerifyOptions
        {
            DataDirectory = store.Data,
            FindKeys = DerivedKeys.Of(store.Home.Key),
            TrustedCheckpoints = kept,
            AnchorPath = anchor,
            ColdDirectory = store.Home.Cold,
        });
        string given = anchor is null ? $"{kept.Count} kept" : "anchor";
        told.AddRange(report.Findings.Select(f => $"verify({given}): {f}"));

        // It says that nothing tells who wrote what the files claim, and does not say "verified".
        return !report.IsVerified || !report.IsRecorded;
    }

    private static bool Scrub(TamperedStore store, List<string> told)
    {
        UInt128 id = StoreFileAccess.Load(store.Files, store.Paths).StoreId;
        Catalog catalog = Catalog.Open(store.Files, store.Paths, id, FileAccessMode.ReadOnly);
        ScrubOptions options = new() { FindKeys = DerivedKeys.Of(store.Home.Key) };
        Scrubber scrubber = new(
            store.Files, store.Paths, id, catalog, new DamagedRanges(), options, TimeProvider.System, random: 0)
        {
            AuditEntry = index => store.Edit(LedgerName.Audit).Entries is var entries && index < entries.Count
                ? entries[(int)index]
                : null,
        };
        ScrubRequest request = new(null, null, CancellationToken.None);
        scrubber.Ask(request);
        while (scrubber.RunOnce() && !request.Done.IsCompleted)
        {
        }

        IReadOnlyList<VerifyFinding> findings = request.Done.GetAwaiter().GetResult().Findings;
        told.AddRange(findings.Select(f => $"scrub: {f}"));
        return findings.Count > 0;
    }

    /// <summary>Starts the store as if nothing had happened; a witness looks at what it signs next. A start notices by
    /// refusing, or by telling that its files say something else than <c>_audit</c>, which it follows.</summary>
    private static Notice Start(TamperedStore tampered, List<string> told)
    {
        Notice noticed = Notice.None;
        try
        {
            using Store store = tampered.Home.Open(
                tampered.Data,
                TimeSpan.FromMilliseconds(20),
                onDamage: damage =>
                {
                    noticed = Notice.Start;
                    told.Add($"start: {damage.Evidence}");
                });

            // The first that a server does is to record that it starts.
            TamperHome.Append(store.GetLedger(LedgerName.Audit), 1, "start");
            Ledger ledger = store.GetLedger(TamperHome.Ledger);
            TamperHome.Append(ledger, 1, "and one more");
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
            PublishedCheckpoint next = ledger.WaitForCheckpointAsync(ledger.Size, patience.Token)
                .AsTask().GetAwaiter().GetResult();
            return noticed | (IsConsistent(tampered.Home.Newest, ledger, next) ? Notice.None : Notice.Witness);
        }
        catch (StoreException refused)
        {
            told.Add($"start: {refused.Reason}: {refused.Message}");
            return Notice.Start;
        }
    }

    /// <summary>A witness signs only what continues what he saw.</summary>
    private static bool IsConsistent(TrustedCheckpoint seen, Ledger ledger, PublishedCheckpoint next)
    {
        try
        {
            Hash256[] proof = ledger.ProveConsistency(seen.Size, next.Size);
            ConsistencyProof.Verify((ulong)seen.Size, (ulong)next.Size, seen.Root, next.Root, proof);
            return true;
        }
        catch (Exception refused) when (refused is StoreException or VerificationFailedException)
        {
            // No proof is no proof.
            return false;
        }
    }
}
