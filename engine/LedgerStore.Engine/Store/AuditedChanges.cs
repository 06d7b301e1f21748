// Changes that count because `_audit` says so: each is said there first, durably, and only then made, in the catalog or
// in a state.log. One at a time, waits for the disk included; any thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine;

/// <summary>Says what is to change, and changes it.</summary>
/// <remarks>
/// A crash between the two leaves an entry of <c>_audit</c> that is not done yet. The next start does it: see
/// <see cref="UnfinishedChanges"/>. So that it finds the entry without reading all of <c>_audit</c>, the catalog knows
/// up to where everything is done, and is told anew before a change when that is long ago.
/// </remarks>
internal sealed class AuditedChanges(StoreCore core)
{
    /// <summary>A change that is not done is at most so many entries behind what the catalog knows to be done; beyond
    /// that, only what was appended by others while it was being said.</summary>
    public const int UnsettledMax = 4_096;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly Lock _changes = new();

    // It may yet become durable, and nothing was made of it. Under the lock.
    private (ValueTask<AppendResult> Append, AuditEvent Said)? _doubt;

    /// <summary>Turns the parts of a store whose threads do not run, and says whether there was anything to do: whoever
    /// waits here does it. Null when they run.</summary>
    public Func<bool>? Turn { get; set; } = () => core.RunSequencer() | core.RunBundler() | core.RunFlusher();

    /// <summary>Says it, and then has it made.</summary>
    /// <param name="make">Told where it is said.</param>
    /// <exception cref="StoreException">Nothing was made. DiskFull: what was said is taken back.</exception>
    public void Make(AuditEvent said, Action<long> make)
    {
        lock (_changes)
        {
            OpenLedger audit = OpenAudit();
            SettleDoubt(audit);
            if (audit.Durable.Value - core.Catalog.SettledSize > UnsettledMax)
            {
                // A crash behind this line looks for what is not done from here on.
                core.Catalog.NoteSettled(audit.Durable.Value);
            }

            // A crash behind this line leaves what is said and not made: the next start makes it.
            long index = Say(audit, said);
            try
            {
                make(index);
            }
            catch (StoreException full) when (full.Reason == StoreReason.DiskFull)
            {
                TakeBack(audit, said);
                throw;
            }

            if (index >= core.Catalog.SettledSize + UnsettledMax)
            {
                // So many entries came in between that a start would not look so far.
                core.Catalog.NoteSettled(index + 1);
            }
        }
    }

    /// <summary>Looks at something while no change is between its word and its deed.</summary>
    public T Still<T>(Func<T> look)
    {
        lock (_changes)
        {
            return look();
        }
    }

    /// <summary><c>_audit</c>, which begins with who the store is.</summary>
    public OpenLedger OpenAudit()
    {
        lock (_changes)
        {
            Catalog catalog = core.Catalog;
            string origin = $"{core.Ground.Identity.PublicName}/{LedgerName.Audit}";
            CatalogLedger entry = catalog.Find(LedgerName.Audit) ?? catalog.Create(
                catalog.Draft(LedgerName.Audit, origin, isSalted: false, core.Ground.Clock()), AuditEvent.Unsaid);
            OpenLedger audit = core.Ledgers.Get(Catalog.AuditId);
            if (audit.NextIndex == 0 && catalog.Count == 1)
            {
                SayFacts(
                    audit,
                    AuditStoreFacts.Of(core.Ground.Identity, isAdopted: false),
                    AuditLedgerChange.Of(entry.Created, AuditLedgerChange.Created, string.Empty));
            }

            return audit;
        }
    }

    /// <summary>Says who the store is, and what follows.</summary>
    public void SayFacts(OpenLedger audit, params ReadOnlySpan<AuditEvent> said) =>
        core.Catalog.NoteFacts(Say(audit, said));

    /// <summary>Says something by which nothing is changed.</summary>
    /// <returns>Where it is said.</returns>
    public long Say(OpenLedger audit, params ReadOnlySpan<AuditEvent> said)
    {
        byte[][] records = new byte[said.Length][];
        for (int i = 0; i < said.Length; i++)
        {
            records[i] = said[i].Encode();
        }

        // What keeps entries, ends a ledger or lets entries go is said on a full disk too; what takes space is not.
        bool isSmall = said[0] is not AuditLedgerChange { IsCreation: true };
        using CancellationTokenSource end = new();
        ValueTask<AppendResult> answer = core.Appends.AppendAsync(
            audit,
            new RecordBatch
            {
                Appender = AuditEvent.Appender,
                ContentType = AuditEvent.ContentType,
                Lengths = Array.ConvertAll(records, static record => record.Length),
                Payload = records.Length == 1 ? records[0] : [.. records.SelectMany(static record => record)],
                FreesSpace = isSmall,
            },
            Turn is null ? end.Token : CancellationToken.None);
        return Turn is { } turn ? TurnFor(turn, answer, said[0]) : WaitFor(answer, end, said[0]);
    }

    /// <summary>Waits for the store's threads.</summary>
    private long WaitFor(ValueTask<AppendResult> answer, CancellationTokenSource end, AuditEvent said)
    {
        Task<AppendResult> append = answer.AsTask();
        WaitHandle done = ((IAsyncResult)append).AsyncWaitHandle;
        while (!done.WaitOne(s_look))
        {
            if (core.Disk.IsFull)
            {
                end.Cancel();
                if (!done.WaitOne(s_look))
                {
                    throw Doubt(new ValueTask<AppendResult>(append), said);
                }
            }
        }

        try
        {
            return append.GetAwaiter().GetResult().FirstIndex;
        }
        catch (OperationCanceledException)
        {
            throw Full();
        }
    }

    /// <summary>Turns the parts of a store whose threads do not run.</summary>
    private long TurnFor(Func<bool> turn, ValueTask<AppendResult> answer, AuditEvent said)
    {
        if (!TurnUntilDone(turn, answer))
        {
            throw Doubt(answer, said);
        }

        return answer.GetAwaiter().GetResult().FirstIndex;
    }

    /// <returns>Whether it is done; if not, the parts have nothing more to do, because there is no space.</returns>
    private bool TurnUntilDone(Func<bool> turn, ValueTask<AppendResult> append)
    {
        try
        {
            while (!append.IsCompleted && turn())
            {
            }
        }
        catch (Exception failed) when (failed is not StoreException)
        {
            core.Poison.TrySet(failed);
            throw;
        }

        return append.IsCompleted;
    }

    private StoreException Doubt(ValueTask<AppendResult> append, AuditEvent said)
    {
        _doubt = (append, said);
        return Full();
    }

    /// <summary>What was said while the disk was full, and given up by who wanted it, is taken back.</summary>
    private void SettleDoubt(OpenLedger audit)
    {
        if (_doubt is not { } doubt)
        {
            return;
        }

        if (!HasEnded(doubt.Append))
        {
            throw Full();
        }

        if (doubt.Append.IsCompletedSuccessfully && TakenBack(doubt.Said) is { } back)
        {
            Say(audit, back);
        }

        _doubt = null;
    }

    /// <summary>Whether what was given up has come to an end: it does when there is space again, and a moment
    /// later.</summary>
    private bool HasEnded(ValueTask<AppendResult> append)
    {
        if (Turn is { } turn)
        {
            return TurnUntilDone(turn, append);
        }

        WaitHandle done = ((IAsyncResult)append.AsTask()).AsyncWaitHandle;
        while (!done.WaitOne(s_look))
        {
            if (core.Disk.IsFull)
            {
                return false;
            }
        }

        return true;
    }

    private void TakeBack(OpenLedger audit, AuditEvent said)
    {
        if (TakenBack(said) is { } back)
        {
            try
            {
                Say(audit, back);
            }
            catch (StoreException)
            {
                // Then the next start makes what was said. The caller hears why it is not made now.
            }
        }
    }

    /// <summary>What takes an event back; null when it needs no taking back.</summary>
    private static AuditEvent? TakenBack(AuditEvent said) => said switch
    {
        AuditLedgerChange { IsCreation: true } created => created with { Change = AuditLedgerChange.NotCreated },
        AuditLedgerChange frozen => frozen with { Change = AuditLedgerChange.NotFrozen },
        AuditRetentionChange { PolicyBefore: { } before } retention => retention with
        {
            Before = retention.After,
            After = retention.Before,
            Policy = before,
            Reason = "taken back: the disk is full",
        },
        AuditHoldChange hold => hold with { IsReleased = !hold.IsReleased, Reason = "taken back: the disk is full" },
        _ => null,
    };

    private static StoreException Full() => new(
        StoreReason.DiskFull,
        "there is no space to record the change in _audit, so it was not made; free some and try again");
}
