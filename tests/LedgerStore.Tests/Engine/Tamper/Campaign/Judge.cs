// Everybody who may notice a forgery, one after the other, each as it would be used, and with a bound: offline
// verification, a start, readers, the scrubber, two days of work on tiers under hold and floor, a witness.
// Owned by one worker.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;
using LedgerStore.Server.Audit;
using LedgerStore.Tests.Engine.Checkpoints;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class Judge(CampaignHome home, CampaignCopy copy)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly StringBuilder _told = new();
    private readonly List<string> _believed = [];
    private Notice _noticed;
    private bool _isRefused;
    private string? _broken;

    // Written by the judging thread, read by who waits for it.
    private volatile string _step = "the verification";

    /// <summary>Judges, and ends in a bounded time whatever the store does.</summary>
    public static Verdict Run(CampaignHome home, CampaignCopy copy, TimeSpan bound)
    {
        Judge judge = new(home, copy);
        Thread thread = new(judge.RunAll, 4 << 20) { IsBackground = true };
        thread.Start();
        if (!thread.Join(bound))
        {
            judge.Break($"{judge._step} takes longer than {bound.TotalSeconds:N0} seconds");
        }

        lock (judge._told)
        {
            return new Verdict(
                judge._noticed,
                judge._isRefused,
                string.Join("; ", judge._believed),
                judge._broken,
                judge._told.ToString());
        }
    }

    private void RunAll()
    {
        try
        {
            Verify();
            Start();
        }
        catch (Exception crash)
        {
            Break("a crash: " + crash);
        }
    }

    private void Verify()
    {
        if (HasFinding("verify", [], null, Notice.Verify))
        {
            // Who is given more sees no less.
            Say(Notice.Kept | Notice.Anchor, null);
            return;
        }

        // Who is given both sees what either sees: mostly nothing.
        if (HasFinding("verify with both", home.Kept, copy.Anchor, Notice.None))
        {
            HasFinding("verify with kept checkpoints", home.Kept, null, Notice.Kept);
            HasFinding("verify with the anchor", [], copy.Anchor, Notice.Anchor);
        }
    }

    private bool HasFinding(string who, IReadOnlyList<TrustedCheckpoint> kept, string? anchor, Notice notice)
    {
        try
        {
            VerifyReport report = StoreVerifier.Verify(new VerifyOptions
            {
                DataDirectory = copy.Data,
                FindKeys = DerivedKeys.Of(home.Key),
                TrustedCheckpoints = kept,
                AnchorPath = anchor,
                ColdDirectory = copy.Cold,
                Parallelism = 1,
            });
            if (!report.IsWhole)
            {
                Say(notice, $"{who}: {report.FindingCount} findings, {report.UnvouchedEntries} not vouched for, "
                    + $"{report.UncheckedEntries} not checked: {(report.Findings is [var first, ..] ? first : null)}");
            }

            return !report.IsWhole;
        }
        catch (Exception refused) when (refused is StoreException or IOException)
        {
            Say(notice, $"{who}: {refused.Message}");
            return true;
        }
    }

    private void Start()
    {
        MovedTime time = new(default);
        try
        {
            _step = "the start";
            using Store store = CampaignHome.Open(copy.Home, time, home.Key, OnDamage, acceptMissing: false);
            foreach ((string name, Action<Store> act) in Steps(time))
            {
                Do(name, () => act(store));
            }

            _step = "the end";
        }
        catch (StoreException refused)
        {
            Say(Notice.Start, $"start: {refused.Reason}: {refused.Message}");
        }
    }

    private (string Name, Action<Store> Act)[] Steps(MovedTime time) =>
    [
        ("the look at what is claimed", Compare),
        ("reading", store => ReadAll(store, "at first")),
        ("the scrubber", Scrub),
        ("a producer", Produce),
        ("the work on tiers", store => Expire(store, time)),
        ("reading again", store => ReadAll(store, "after days of work")),
        ("the server's policy", ReadPolicy),
        ("a witness", Witness),
        ("a failure", store => Say(
            store.Failure is null ? Notice.None : Notice.Start,
            store.Failure is { } failure ? "the store stopped: " + failure.Message : null)),
    ];

    /// <summary>One who is refused does not keep the others from looking.</summary>
    private void Do(string step, Action act)
    {
        _step = step;
        try
        {
            act();
        }
        catch (StoreException refused)
        {
            Say(Notice.Start, $"{step}: {refused.Reason}: {refused.Message}");
        }
    }

    private void Compare(Store store)
    {
        SortedDictionary<string, string> claims = StoreFacts.ClaimsOf(store);
        foreach ((string about, string sound) in home.Facts.Claims)
        {
            string? now = claims.GetValueOrDefault(about);
            if (now != sound)
            {
                _believed.Add($"{about}: '{now}' instead of '{sound}'");
            }
        }

        foreach (string name in store.LedgerNames)
        {
            LedgerDescription described = store.GetLedger(name).Describe();
            if ((described.Damage ?? described.SigningFailure) is { } why)
            {
                Say(Notice.Start, $"start, {name}: {why}");
            }
        }
    }

    private void ReadAll(Store store, string when)
    {
        foreach (string name in home.Facts.Ledgers.Where(name => store.TryGetLedger(name, out _)))
        {
            Ledger ledger = store.GetLedger(name);
            long index = 0;
            try
            {
                long size = Math.Min(home.Facts.Size(name), ledger.Size);
                while (index < size && home.Facts.Entry(name, index) is null)
                {
                    index++;
                }

                foreach (EntrySlice slice in StoreFacts.Read(ledger, index, size))
                {
                    for (int i = 0; i < slice.Count; i++, index++)
                    {
                        if (!slice.Entry(i).SequenceEqual(home.Facts.Entry(name, index)))
                        {
                            Break($"{when}, entry {index} of {name} reads as something that was not appended");
                            return;
                        }
                    }
                }

                if (index < home.Facts.Size(name))
                {
                    Refused($"{when}, {name} ends at {index}");
                }
            }
            catch (StoreException refused)
            {
                Refused($"{when}, {name} at {index}: {refused.Reason}: {refused.Message}");
            }
        }
    }

    private void Refused(string what)
    {
        lock (_told)
        {
            _isRefused = true;
            _told.AppendLine("reader: " + what);
        }
    }

    private void Scrub(Store store)
    {
        ScrubReport report = store.ScrubAsync().GetAwaiter().GetResult();
        if (report.Findings.Count > 0)
        {
            Say(Notice.Scrubber, $"scrubber: {report.Findings[0]}");
        }
    }

    /// <summary>A producer repeats its last batch, and goes on.</summary>
    private void Produce(Store store)
    {
        if (!store.TryGetLedger(CampaignHome.Payments, out Ledger? ledger))
        {
            return;
        }

        long size = home.Facts.Size(CampaignHome.Payments);
        try
        {
            AppendResult again = CampaignHome.Append(ledger, CampaignHome.SequenceAt(size - 200), 200, "payment");
            if (!again.IsDuplicate || again.FirstIndex != size - 200)
            {
                _believed.Add($"a batch that was repeated is appended again, at {again.FirstIndex}");
            }

            AppendResult more = CampaignHome.Append(ledger, CampaignHome.SequenceAt(size), 1, "and one more");
            if (more.ReceivedMicros > (DateTimeOffset.UtcNow.AddDays(1) - DateTimeOffset.UnixEpoch).TotalMicroseconds)
            {
                _believed.Add($"an entry was received at {more.ReceivedMicros}, which is still to come");
            }
        }
        catch (StoreException refused) when (refused.Reason is StoreReason.SequenceGap
            or StoreReason.SequenceConflict or StoreReason.SequenceTooOld)
        {
            _believed.Add($"the producer is refused: {refused.Message}");
        }
    }

    /// <summary>More time than anything needs to expire; all of it is held, or younger than the floor.</summary>
    private static void Expire(Store store, MovedTime time)
    {
        foreach (int day in (int[])[3, 2])
        {
            time.Move(TimeSpan.FromDays(day));
            foreach (string name in (string[])[CampaignHome.Logins, CampaignHome.Payments])
            {
                if (store.TryGetLedger(name, out Ledger? ledger))
                {
                    ledger.ApplyRetentionAsync().GetAwaiter().GetResult();
                }
            }
        }
    }

    /// <summary>What a server compares its policy with: the text beside the anchor counts only if `_audit` has its
    /// hash.</summary>
    private void ReadPolicy(Store store)
    {
        if (!store.TryGetLedger(LedgerName.Audit, out Ledger? audit))
        {
            return;
        }

        LastPolicy last = LastPolicy.FindAsync(audit, copy.Anchor + ".policy").AsTask().GetAwaiter().GetResult();
        ReadOnlySpan<byte> held = home.Policy.Document.Sha256.AsSpan();
        if (last.Text is { } text && !text.Document.Sha256.AsSpan().SequenceEqual(held))
        {
            _believed.Add("another policy is taken for the one that held last");
        }
        else if (!last.Sha256.AsSpan().SequenceEqual(held))
        {
            Say(Notice.Start, "the server: the policy is not the one that held last");
        }
    }

    private void Witness(Store store)
    {
        foreach (TrustedCheckpoint kept in home.Kept)
        {
            Ledger? ledger = store.LedgerNames.Select(store.GetLedger)
                .FirstOrDefault(one => one.Origin == kept.Origin);
            if (ledger is null)
            {
                continue;
            }

            PublishedCheckpoint next;
            try
            {
                next = CampaignHome.Sign(ledger, s_patience);
            }
            catch (OperationCanceledException)
            {
                Say(Notice.Start, $"{ledger.Name} is not signed any more");
                continue;
            }

            try
            {
                ConsistencyProof.Verify(
                    (ulong)kept.Size,
                    (ulong)next.Size,
                    kept.Root,
                    next.Root,
                    ledger.ProveConsistency(kept.Size, next.Size));
            }
            catch (Exception refused) when (refused is StoreException or VerificationFailedException)
            {
                Say(Notice.Witness, $"witness of {ledger.Name}: {refused.Message}");
            }
        }
    }

    private void OnDamage(DamageReport damage) => Say(Notice.Start, $"start: {damage.File}: {damage.Evidence}");

    private void Say(Notice who, string? what)
    {
        lock (_told)
        {
            _noticed |= who;
            if (what is not null)
            {
                _told.AppendLine(what);
            }
        }
    }

    private void Break(string how)
    {
        lock (_told)
        {
            _broken ??= how;
        }
    }
}
