// What a start does about `_audit`: takes over a store that was made before its claims were recorded there, compares
// who the store is, and makes what a crash left said and not made. Runs while the store is opened, alone.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>Brings catalog and state logs up to what <c>_audit</c> says.</summary>
internal sealed class UnfinishedChanges(StoreCore core)
{
    // Few enough for the smallest buffer.
    private const int EventsPerBatch = 64;

    private readonly Catalog _catalog = core.Catalog;

    /// <summary>What cannot be read or written now is left to the next start: until then nothing is confirmed by it.
    /// </summary>
    /// <exception cref="StoreException">Corruption: store.json is not what was recorded. AuditDamaged: <c>_audit</c>
    /// was taken away.</exception>
    public void Finish()
    {
        try
        {
            TryFinish();
        }
        catch (StoreException later) when (later.Reason is StoreReason.DiskFull or StoreReason.DataLoss
            or StoreReason.TierAway)
        {
            // An _audit with a hole is served around it, and a store on a full disk is served too.
        }
    }

    private void TryFinish()
    {
        bool hasAudit = _catalog.Find(LedgerName.Audit) is not null;
        OpenLedger? audit = hasAudit ? core.Ledgers.Get(Catalog.AuditId) : null;
        if (_catalog.Count == 0 || audit?.AppendRefusal is not null)
        {
            // Who the store is will be said with its first ledger. Or nothing can be said, and nothing be changed.
            return;
        }

        if (_catalog.Count == 1 && audit is { NextIndex: 0 })
        {
            // A crash left it empty.
            core.Changes.OpenAudit();
        }
        else if (audit is null || FactsOf(audit) is not { } facts)
        {
            core.RequireBefore(audit);
            Adopt();
        }
        else
        {
            Compare(audit, facts);
            RollForward(audit);
            core.SayLastRotation(audit);
        }

        if (core.SignsWithoutAnchor)
        {
            core.Changes.Say(core.Changes.OpenAudit(), new AuditLifecycle(AuditEvent.Unsaid)
            {
                Change = AuditLifecycle.AnchorMissing,
                Detail = "an operator had the store sign although its anchor was missing",
            });
        }
    }

    /// <summary>Who the store is as <c>_audit</c> says; null when it does not.</summary>
    private AuditStoreFacts? FactsOf(OpenLedger audit)
    {
        AuditBook book = new();
        if (_catalog.FactsSaid >= 0 && _catalog.FactsSaid < audit.Durable.Value)
        {
            core.ReadAudit(_catalog.FactsSaid, 1, book);
        }

        if (book.Facts.Count == 0)
        {
            // Said by nobody, or the catalog does not know where: all of `_audit` is read, once in the life of a store.
            core.ReadAudit(0, audit.Durable.Value, book);
            if (book.Facts is [.., var last])
            {
                _catalog.NoteFacts(last.AuditIndex);
            }
        }

        return book.Facts is [.., var found] ? found : null;
    }

    private void Compare(OpenLedger audit, AuditStoreFacts facts)
    {
        StoreFile store = core.Ground.Identity;
        if (facts.Agrees(store))
        {
            return;
        }

        AuditStoreFacts here = AuditStoreFacts.Of(store, isAdopted: false);
        if (here.StoreId != facts.StoreId || here.Incarnation == facts.Incarnation)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"store.json says that this is '{here.PublicName}' with the id {here.StoreId}, created at "
                + $"{here.CreatedMicros}; entry {facts.AuditIndex} of _audit says '{facts.PublicName}', "
                + $"{facts.StoreId}, {facts.CreatedMicros}: store.json was changed. Put the right one back");
        }

        // Restored from a copy: everybody who reads `_audit` sees it.
        core.Changes.SayFacts(audit, here);
    }

    /// <summary>Records what a store that was made before is found to be. From then on nobody can say that a claim was
    /// made before claims were recorded.</summary>
    /// <remarks>A crash in here begins anew: who the store is, which ends it, is said last.</remarks>
    private void Adopt()
    {
        bool hadAudit = _catalog.Find(LedgerName.Audit) is not null;
        OpenLedger audit = core.Changes.OpenAudit();
        AuditBook book = new();
        if (hadAudit)
        {
            core.ReadAudit(0, audit.Durable.Value, book);
        }

        foreach ((uint Ledger, AuditEvent Said)[] found in _catalog.SortedByName()
            .SelectMany(one => Found(one, book).Select(said => (one.Id, said)))
            .Chunk(EventsPerBatch))
        {
            long first = core.Changes.Say(audit, Array.ConvertAll(found, static one => one.Said));
            _catalog.NoteSaid([.. found.Select((one, number) => (one.Ledger, one.Said, At: first + number))
                .Where(static one => AboutOf(one.Said) is not null)
                .Select(static one => new SaidRecord(one.Ledger, AboutOf(one.Said)!.Value, one.At))]);
        }

        core.Changes.SayFacts(audit, AuditStoreFacts.Of(core.Ground.Identity, isAdopted: true));
    }

    /// <summary>The record of the catalog that an event says; null when it is about another file.</summary>
    private static CatalogRecordType? AboutOf(AuditEvent said) => said switch
    {
        AuditLedgerChange { IsCreation: true } => CatalogRecordType.Created,
        AuditLedgerChange => CatalogRecordType.Frozen,
        AuditRetentionChange => CatalogRecordType.Retention,
        _ => null,
    };

    /// <summary>What the files say of a ledger and nothing in <c>_audit</c> does. Where something does, it counts.
    /// </summary>
    private IEnumerable<AuditEvent> Found(CatalogLedger ledger, AuditBook book)
    {
        AuditedLedger said = book.Of(ledger.Name);
        if (said.Created is null)
        {
            yield return AuditLedgerChange.Of(ledger.Created, AuditLedgerChange.Adopted, string.Empty);
        }

        if (ledger.Frozen is { } frozen && said.Frozen is null)
        {
            yield return new AuditLedgerChange(AuditEvent.Unsaid)
            {
                Ledger = ledger.Name,
                LedgerId = ledger.Id,
                Change = AuditLedgerChange.Frozen,
                Reason = frozen.Reason,
                Micros = frozen.FrozenMicros,
            };
        }

        if (ledger.Retention is { } retention && said.Retention is null && TextOf(retention) is { } policy)
        {
            yield return new AuditRetentionChange(AuditEvent.Unsaid)
            {
                Ledger = ledger.Name,
                After = policy,
                Policy = retention.Policy,
                Reason = AuditLedgerChange.Adopted,
            };
        }

        foreach (HoldRecord hold in core.HoldsOf(ledger.Id))
        {
            if (!said.Holds.Any(one => one.Id == hold.Id) && !said.IsReleased(hold.Id))
            {
                yield return AuditHoldChange.Of(ledger.Name, hold);
            }
        }
    }

    /// <summary>A policy that is none is not taken over: nobody set it.</summary>
    private static string? TextOf(RetentionRecord retention)
    {
        try
        {
            return RetentionPolicy.Decode(retention.Policy).ToString();
        }
        catch (MalformedDataException)
        {
            return null;
        }
    }

    /// <summary>Makes the change that was said last, if a crash left it undone. What else is said and not in the files
    /// no crash left so: it is for the scrubber to find, and for people to look at.</summary>
    private void RollForward(OpenLedger audit)
    {
        long first = _catalog.SettledSize;
        long end = Math.Min(audit.Durable.Value, first + (2 * AuditedChanges.UnsettledMax));
        AuditBook book = new();
        core.ReadAudit(first, end - first, book);
        switch (book.LastChange)
        {
            case AuditLedgerChange { IsCreation: true, Origin.Length: > 0 } created:
                Create(created);
                break;
            case AuditLedgerChange { Change: AuditLedgerChange.Frozen } frozen
                when _catalog.Find(frozen.Ledger) is { IsFrozen: false } ledger:
                _catalog.Freeze(ledger.Id, frozen.Reason, frozen.Micros, frozen.AuditIndex);
                core.RefuseAppends(ledger.Id, frozen.Reason);
                break;
            case AuditRetentionChange { Policy.IsEmpty: false } retention
                when _catalog.Find(retention.Ledger) is { } ledger && ledger.RetentionSaid < retention.AuditIndex:
                _catalog.SetRetention(ledger.Id, retention.Policy.ToArray(), retention.AuditIndex);
                break;
            case AuditHoldChange hold when _catalog.Find(hold.Ledger) is { } ledger:
                core.Retention.Finish(core.Ledgers.Get(ledger.Id), book.Of(hold.Ledger), hold);
                break;
        }
    }

    private void Create(AuditLedgerChange said)
    {
        if (_catalog.Find(said.Ledger) is null && _catalog.Find(said.LedgerId) is null)
        {
            _catalog.Create(
                new CreatedRecord(said.LedgerId, said.Micros, said.IsSalted, said.Ledger, said.Origin),
                said.AuditIndex);
        }
    }
}
