// All rules on one ledger. Entries come in order, each once, and between them times that are surely over; alerts come
// out in one order. Everything is decided by what comes in, and nothing by when: a replay gives the same alerts. One
// thread.

using System.Buffers.Binary;
using System.Diagnostics;
using LedgerStore.Client;
using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>Watches a ledger.</summary>
internal sealed class LedgerWatch
{
    /// <summary>How the content type ends of what an intake stored.</summary>
    private static ReadOnlySpan<byte> EnvelopeEnd => "; envelope=intake"u8;

    /// <summary>What no scanner can read.</summary>
    private static ReadOnlySpan<byte> Unreadable => "{"u8;

    private readonly WatchScope _scope;
    private readonly RuleWatch[] _rules;
    private readonly Dictionary<string, RuleWatch> _byName;
    private readonly FieldScanner _scanner;
    private readonly FieldScanner _around;
    private readonly Seen _seen;
    private readonly IntakeParts _parts = new();
    private readonly StoreEventJson? _events;
    private ulong _readFrom;

    public LedgerWatch(string ledger, WatchedLedgers about, IReadOnlyList<Rule> rules, string rulesSha256)
    {
        Ledger = ledger;
        _scope = new WatchScope(ledger, rulesSha256);
        _rules = [.. rules.Select(rule => RuleWatch.Of(rule, _scope))];
        _byName = _rules.ToDictionary(static one => one.Rule.Name, StringComparer.Ordinal);
        _scanner = new FieldScanner(about.Spec);
        _around = new FieldScanner(about.Spec);
        _seen = new Seen(_scanner.Values, _around.Values);
        _events = about == WatchedLedgers.Audit ? new StoreEventJson() : null;
    }

    public string Ledger { get; }

    /// <summary>The index that comes next.</summary>
    public ulong Next { get; private set; }

    /// <summary>The time that is reached.</summary>
    public long Clock { get; private set; }

    public IReadOnlyList<RuleWatch> Rules => _rules;

    /// <summary>The alerts that fire now.</summary>
    public IEnumerable<string> Episodes => _rules.SelectMany(static rule => rule.Episodes);

    /// <summary>Begins to read.</summary>
    public void Start(ulong next, long clock)
    {
        Next = next;
        _readFrom = next;
        Clock = clock;
    }

    /// <summary>Where reading begins: before the next entry, if another process left an intake's event there that is
    /// not whole yet.</summary>
    public ulong ReadFrom => _readFrom;

    /// <summary>The next entry. What an intake cut into parts is looked at with its last one, as a whole.</summary>
    public void Take(LedgerEntry entry)
    {
        if (!EntryView.TryParse(entry.Bytes.Span, out EntryView view) || !view.ContentType.EndsWith(EnvelopeEnd))
        {
            if (entry.Index >= Next)
            {
                Take(entry.Index, entry.Bytes.Span);
            }

            return;
        }

        IReadOnlyList<LedgerEvent> known = _parts.Add(entry);
        if (entry.Index < Next)
        {
            // It was looked at before; its event goes on behind it.
            return;
        }

        Pass(TimeOf(entry.Bytes.Span));
        foreach (LedgerEvent whole in known)
        {
            Look(entry.Index, entry.Bytes.Span, (whole as IntakeEvent)?.Record);
        }

        Advance(entry.Index + 1);
    }

    /// <summary>The next entry, as it is.</summary>
    public void Take(ulong index, ReadOnlySpan<byte> entry)
    {
        Debug.Assert(index >= Next, "entries come in order, each once");
        Pass(TimeOf(entry));
        _ = _events is not null && EntryView.TryParse(entry, out EntryView view)
            && _events.Write(view) is { Length: > 0 } record
            ? _scanner.TryScan(entry, record)
            : _scanner.TryScan(entry);
        _seen.IsEnveloped = false;
        Ask(index);
        Advance(index + 1);
    }

    // As a search does: as its sender wrote it, and with the envelope around it.
    private void Look(ulong index, ReadOnlySpan<byte> entry, IntakeRecord? record)
    {
        bool isAlone = record is { Opaque: not null } or { Form: IntakeForm.Json }
            && (record.Opaque is not null || record.Bytes.Span.StartsWith("{"u8));
        _seen.IsEnveloped = record is not null && isAlone;
        _ = _seen.IsEnveloped ? _scanner.TryScan(entry, record!.Bytes.Span)
            : record is not null ? _scanner.TryScan(entry, record.ToJson())
            : _scanner.TryScan(entry, Unreadable);
        if (_seen.IsEnveloped)
        {
            _ = _around.TryScan(entry, record!.ToJson());
        }

        Ask(index);
    }

    private void Advance(ulong next)
    {
        _readFrom = Math.Max(_readFrom, next);
        Next = next;
    }

    private void Ask(ulong index)
    {
        _scope.Clauses.Next();
        _seen.Index = index;
        _seen.Micros = Clock;
        foreach (RuleWatch rule in _rules)
        {
            rule.Take(_seen);
        }
    }

    // Every entry begins with its time.
    private static long TimeOf(ReadOnlySpan<byte> entry) =>
        entry.Length >= EntryFields.TimeBytes && entry[0] == EntryFields.TimeTag
            ? BinaryPrimitives.ReadInt64LittleEndian(entry[1..])
            : 0;

    /// <summary>Entries that nobody can read any more.</summary>
    public void Skip(ulong next) => Advance(Math.Max(Next, next));

    /// <summary>Everything that was received before a time has come.</summary>
    public void Pass(long time)
    {
        while (_scope.Timers.TryTake(time, out Deadline first))
        {
            Clock = Math.Max(Clock, first.At);
            _byName[first.Rule].Due(first.Key, first.At);
        }

        Clock = Math.Max(Clock, time);
    }

    /// <summary>Takes what was found since the last time.</summary>
    public IReadOnlyList<Alert> TakeFound()
    {
        if (_scope.Found.Count == 0)
        {
            return [];
        }

        Alert[] found = [.. _scope.Found];
        _scope.Found.Clear();
        return found;
    }

    public LedgerState Save() => new(
        Ledger, Next, Clock, [.. _rules.Select(static rule => rule.Save())], _parts.FirstOpen);

    /// <summary>Goes on where another left off; rules that it did not have begin where it is.</summary>
    public void Restore(LedgerState state)
    {
        Start(state.Next, state.Clock);
        _readFrom = Math.Min(state.Next, state.PartsFrom ?? state.Next);
        foreach (RuleWatch rule in _rules)
        {
            if (state.Rules.FirstOrDefault(one => one.Hash == rule.Hash) is { } known)
            {
                rule.Restore(known);
            }
        }
    }
}

/// <summary>What is known of one ledger, up to an index.</summary>
/// <param name="PartsFrom">Where an event of an intake begins that is not whole yet; null: there is none.</param>
internal sealed record LedgerState(
    string Ledger, ulong Next, long Clock, IReadOnlyList<RuleState> Rules, ulong? PartsFrom);
