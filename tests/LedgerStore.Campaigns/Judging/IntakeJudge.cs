// The judge of one sender's ledger: which of its events are there, how often, and in which order, against what the
// sender was told. Pure; owned by one look after the other.
using LedgerStore.Campaigns.Senders;

namespace LedgerStore.Campaigns.Judging;

/// <summary>What is known of a sender.</summary>
/// <param name="IsAnswered">Acknowledged events must be there; without answers none is demanded.</param>
/// <param name="TwiceMax">Events that may be there twice although the intake knows them again: those that were under
/// way when it was killed. Null: it does not know them again.</param>
/// <param name="TellsRepeats">An event that was not sent again cannot be there twice.</param>
internal sealed record SenderFacts(
    string Name, int Records, bool IsAnswered, long? TwiceMax, bool TellsRepeats, bool IsInOrder);

/// <summary>Compares a ledger's entries with a tally.</summary>
internal sealed class IntakeJudge(SenderFacts sender, Tally tally)
{
    private readonly int[] _found = new int[sender.Records];
    private int _newest = -1;
    private long _outOfOrder;

    /// <summary>Entries with a number.</summary>
    public long Entries { get; private set; }

    /// <summary>Whether something is there that was sent behind everything that counts.</summary>
    public bool IsNudged { get; private set; }

    /// <summary>Messages that the end of a connection has cut.</summary>
    public long Cut { get; private set; }

    /// <summary>Entries that are there once more than once.</summary>
    public long Twice => _found.Sum(static times => (long)Math.Max(0, times - 1));

    /// <summary>Events of which there is no entry.</summary>
    public long Missing => _found.LongCount(static times => times == 0);

    /// <summary>Acknowledged events of which there is no entry.</summary>
    public long Lost => Enumerable.Range(0, sender.Records).LongCount(i => _found[i] == 0 && tally.IsAcknowledged(i));

    /// <param name="opaque">Why the intake could not read it; null: it could.</param>
    public void Entry(ReadOnlySpan<byte> payload, string? opaque, Verdict verdict)
    {
        verdict.Compared++;
        if (opaque is not null)
        {
            Cut++;
            if (sender.IsAnswered)
            {
                verdict.Explain(isWrong: true, $"{sender.Name}: an event was stored as unreadable: {opaque}");
            }

            return;
        }

        if (NumberOf(payload) is not { } number)
        {
            verdict.Explain(isWrong: true, $"{sender.Name}: an entry has no number that was sent");
            return;
        }

        if (number >= sender.Records)
        {
            IsNudged = true;
            return;
        }

        Entries++;
        _outOfOrder += _found[number] == 0 && number < _newest ? 1 : 0;
        _newest = Math.Max(_newest, number);
        _found[number]++;
    }

    /// <summary>Everything was read.</summary>
    public void End(Verdict verdict)
    {
        if (Lost > 0)
        {
            verdict.Lost += Lost;
            int first = Enumerable.Range(0, sender.Records).First(i => _found[i] == 0 && tally.IsAcknowledged(i));
            verdict.Say($"{sender.Name}: {Lost} events are not there, {first} is the first of them");
        }

        if (sender.IsInOrder && _outOfOrder > 0)
        {
            verdict.Explain(isWrong: true, $"{sender.Name}: {_outOfOrder} events are not in their order");
        }

        long unasked = sender.TellsRepeats
            ? Enumerable.Range(0, sender.Records).LongCount(i => _found[i] > 1 && !tally.WasSentAgain(i))
            : 0;
        long tooMany = sender.TwiceMax is { } most ? Math.Max(0, Twice - most) : 0;
        if (unasked + tooMany > 0)
        {
            verdict.Doubled += Math.Max(unasked, tooMany);
            verdict.Say(
                $"{sender.Name}: {Twice} events are there twice, {unasked} of them were sent once; at most "
                + $"{sender.TwiceMax?.ToString() ?? "any"} may be");
        }
    }

    private static int? NumberOf(ReadOnlySpan<byte> payload)
    {
        int start = payload.IndexOf((byte)'#') + 1;
        int length = start == 0 ? -1 : payload[start..].IndexOf((byte)'#');
        return length > 0 && int.TryParse(payload.Slice(start, length), out int number) && number >= 0 ? number : null;
    }
}
