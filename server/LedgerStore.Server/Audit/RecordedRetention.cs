// What _audit says of policies, floors and holds. The catalog and state.log have the same for speed, and whoever can
// write files can change them: before entries of a ledger expire, both are compared, once since the store was opened.
// Any thread, one at a time.
using System.Globalization;
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Server.Audit;

/// <summary>Reads the whole of <c>_audit</c> once, and then what was appended since.</summary>
/// <param name="events">Told of every difference.</param>
internal sealed class RecordedRetention(EventQueue events) : IDisposable
{
    // The tags of Event.retention and Event.hold: of all other events only the first byte is looked at.
    private const byte RetentionTag = (5 << 3) | 2;
    private const byte HoldTag = (6 << 3) | 2;

    // A checkpoint follows within its interval; while nothing is signed nothing expires.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CompactRange _tree = new();
    private readonly Hash256[] _leaves = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly Dictionary<string, Record> _ledgers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);

    /// <summary>Compares.</summary>
    /// <returns>What is different, or why nobody knows; null when nothing is.</returns>
    public async ValueTask<string?> CompareAsync(Ledger ledger, Ledger? audit, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A change that is made meanwhile is here and not yet there: it is both a moment later.
            string? difference = null;
            for (int looks = 0; looks < 2; looks++)
            {
                difference = await ReadAsync(audit, cancellationToken).ConfigureAwait(false) ?? DifferenceOf(ledger);
                if (difference is null)
                {
                    _told.Remove(ledger.Name);
                    return null;
                }
            }

            Tell(ledger.Name, difference!);
            return difference;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A hold that is in force as <c>_audit</c> says; null when there is none with this id.</summary>
    public async ValueTask<HoldChange?> FindHoldAsync(
        string ledger, string id, Ledger audit, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _ = await ReadAsync(audit, cancellationToken).ConfigureAwait(false);
            return _ledgers.GetValueOrDefault(ledger)?.Holds.GetValueOrDefault(id);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Takes what <c>_audit</c> has beyond what was read, up to a checkpoint, and compares it with that.
    /// </summary>
    /// <returns>Why it could not be read; null when it was.</returns>
    private async ValueTask<string?> ReadAsync(Ledger? audit, CancellationToken cancellationToken)
    {
        if (audit is null)
        {
            return "there is no _audit";
        }

        try
        {
            PublishedCheckpoint signed = await CheckpointAsync(audit, cancellationToken).ConfigureAwait(false);
            long read = (long)_tree.Size;
            if (signed.Size > read)
            {
                await foreach (EntrySlice slice in audit
                    .ReadAsync(read, signed.Size - read, cancellationToken)
                    .ConfigureAwait(false))
                {
                    Take(slice);
                }
            }

            // The files of `_audit` may have been edited like any other: what counts is what was signed.
            return (long)_tree.Size == signed.Size && _tree.Root() != signed.Root
                ? $"the first {signed.Size} entries of _audit are not those that were signed"
                : null;
        }
        catch (Exception unreadable) when (unreadable is StoreException or InvalidProtocolBufferException
            or TimeoutException or MalformedDataException)
        {
            return $"_audit cannot be read: {unreadable.Message}";
        }
    }

    private static Task<PublishedCheckpoint> CheckpointAsync(Ledger audit, CancellationToken cancellationToken) =>
        audit.WaitForCheckpointAsync(audit.Size, cancellationToken)
            .AsTask()
            .WaitAsync(s_patience, cancellationToken);

    private void Take(EntrySlice slice)
    {
        for (int number = 0; number < slice.Count; number++)
        {
            ReadOnlySpan<byte> record = slice.Record(number);
            if (record is not [RetentionTag or HoldTag, ..])
            {
                continue;
            }

            Event change = Event.Parser.ParseFrom(record);
            if (change.Retention is { } retention)
            {
                Record of = RecordOf(retention.Ledger);
                of.Policy = retention.After;
                TimeSpan floor = FloorOf(retention.After);
                of.Floor = of.Floor < floor ? floor : of.Floor;
            }
            else if (change.Hold is { Released: false } placed)
            {
                RecordOf(placed.Ledger).Holds[placed.Id] = placed;
            }
            else if (change.Hold is { } released)
            {
                RecordOf(released.Ledger).Holds.Remove(released.Id);
            }
        }

        // Last: what could not be understood is read again, every time, and is not passed over.
        Span<Hash256> leaves = _leaves.AsSpan(0, slice.Count);
        Sha256Batch.HashBundle(slice.Bundle, leaves);
        _tree.Append(leaves);
    }

    private Record RecordOf(string ledger)
    {
        if (!_ledgers.TryGetValue(ledger, out Record? record))
        {
            record = new Record();
            _ledgers.Add(ledger, record);
        }

        return record;
    }

    private string? DifferenceOf(Ledger ledger)
    {
        Record said = _ledgers.GetValueOrDefault(ledger.Name) ?? new Record();
        RetentionPolicy policy = ledger.Retention;
        if (policy.Floor < said.Floor)
        {
            return $"its floor is {policy.Floor:c} here and was {said.Floor:c} in _audit; a floor is never lowered";
        }

        if (said.Policy != policy.ToString())
        {
            return $"its policy is '{policy}' here and '{said.Policy}' in _audit; set the policy again that is meant";
        }

        // A hold that is here and not there only keeps more.
        LegalHold[] holds = [.. ledger.Holds];
        foreach (HoldChange hold in said.Holds.Values.OrderBy(static one => one.Id, StringComparer.Ordinal))
        {
            if (!Array.Exists(holds, one => one.Id == hold.Id
                && one.FirstIndex == (long)hold.FirstIndex && one.Count == (long)hold.Count))
            {
                return $"the hold {hold.Id} is in force as _audit says, and is not here as it is there; place it anew "
                    + "and release this one";
            }
        }

        return null;
    }

    // Once for each difference, not once a round.
    private void Tell(string ledger, string difference)
    {
        if (_told.GetValueOrDefault(ledger) != difference)
        {
            _told[ledger] = difference;
            events.Add(new Event
            {
                Finding = new Finding { Ledger = ledger, Evidence = $"nothing expires: {difference}" },
            });
        }
    }

    private static TimeSpan FloorOf(string policy)
    {
        const string Name = " floor=";
        int at = policy.IndexOf(Name, StringComparison.Ordinal);
        string text = at < 0 ? string.Empty : policy[(at + Name.Length)..].Split(' ')[0];
        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan floor)
            ? floor
            : TimeSpan.Zero;
    }

    /// <summary>What is said of one ledger.</summary>
    private sealed class Record
    {
        public string Policy { get; set; } = RetentionPolicy.KeepAll.ToString();

        /// <summary>The highest that was ever set.</summary>
        public TimeSpan Floor { get; set; }

        public Dictionary<string, HoldChange> Holds { get; } = new(StringComparer.Ordinal);
    }
}
