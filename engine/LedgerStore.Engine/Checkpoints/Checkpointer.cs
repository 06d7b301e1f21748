// Signs what is durable, hashed and proven to go on from what was signed before; publishes it when the journal has it.
// Runs on its own thread, or step by step in a simulation. Nothing else signs checkpoints or publishes them.
using System.Collections.Concurrent;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>The one who signs.</summary>
/// <remarks>
/// For each ledger, in this order: the root from the right edge; consistency with the last signed tree, proven from
/// tiles; the signature; the note into the journal; and when its frame is durable, a swap in memory publishes it. A
/// crash before the frame is durable forgets the note; everything it covered was durable before it was signed, so
/// whatever is signed later at that size has the same root.
/// </remarks>
/// <param name="cpuNanos">Processor time of the thread that asks.</param>
/// <param name="whyStopped">Asked before each signature: why there must be none now; null when there may.</param>
internal sealed partial class Checkpointer(
    StoreGround ground,
    Gate gate,
    OpenLedgers ledgers,
    StoreKeys keys,
    TimeSpan interval,
    Func<long> cpuNanos,
    Doorbell bell,
    Func<StoreException?> whyStopped,
    Action<OpenLedger, CheckpointRecord> onPublished)
{
    // Signed at once before it looks again for what became durable, and for those who wait.
    private const int SignedAtOnce = 16;

    private readonly Queue<PendingCheckpoint> _pending = new();
    private readonly ConcurrentQueue<OpenLedger> _asked = new();
    private readonly List<OpenLedger> _urgent = [];
    private readonly SigningBudget _budget = new();
    private readonly long _intervalNanos = (long)interval.TotalNanoseconds;
    private long _nextRoundNanos;
    private long _roundStartedNanos;
    private int _roundLeft;
    private volatile bool _isWatching;

    private enum Outcome
    {
        /// <summary>There is nothing to sign, or nothing may be signed of it any more.</summary>
        Nothing,

        /// <summary>There will be: when the last one is published, or when what is hashed is durable.</summary>
        Later,
        NoRoom,
        Signed,
    }

    /// <summary>Signatures since the store was opened, for metrics.</summary>
    public long SignedCount { get; private set; }

    /// <summary>How long the last regular round took, in nanoseconds: the interval as it really is, when it is
    /// stretched.</summary>
    public long RoundNanos { get; private set; }

    /// <summary>Processor time used for signing, for metrics.</summary>
    public long UsedNanos => _budget.UsedNanos;

    /// <summary>True while it wants to know at once of every frame that becomes durable or is hashed.</summary>
    public bool IsWatching => _isWatching;

    /// <summary>Says that somebody waits for a checkpoint of this ledger. Any thread.</summary>
    public void Ask(OpenLedger ledger)
    {
        if (Interlocked.Exchange(ref ledger.AskedNote, 1) == 0)
        {
            _asked.Enqueue(ledger);
            _isWatching = true;
            bell.Ring();
        }
    }

    /// <summary>Does one piece of work.</summary>
    /// <returns>Whether there was any.</returns>
    public bool RunOnce()
    {
        bool worked = PublishDurable();
        _budget.Refill(ground.SteadyNanos());
        if (IsRotating)
        {
            worked |= RunRotation();
        }
        else if (whyStopped() is null)
        {
            worked |= SignUrgent();
            worked |= SignDue();
        }

        // Before the last look at what is durable: a frame that becomes durable after it signals.
        _isWatching = _pending.Count > 0 || _urgent.Count > 0 || !_asked.IsEmpty || IsRotating;

        // A full fence: without it the processor may look at what is durable before others see that this one watches,
        // and both miss each other until the next round.
        Interlocked.MemoryBarrier();
        return worked | PublishDurable();
    }

    /// <summary>Signs everything that has grown, whatever the interval and the budget say; for the end of a
    /// store.</summary>
    /// <returns>Whether anything was signed.</returns>
    public bool SignAll()
    {
        if (whyStopped() is not null)
        {
            return false;
        }

        bool signed = false;
        for (int left = ledgers.GrownCount; left > 0; left--)
        {
            signed |= SignNext() == Outcome.Signed;
        }

        return signed;
    }

    private bool PublishDurable()
    {
        bool published = false;
        while (_pending.TryPeek(out PendingCheckpoint next) && next.Frame <= gate.DurableFrame.Value)
        {
            _pending.Dequeue();
            next.Ledger.Publish(next.Record);
            onPublished(next.Ledger, next.Record);
            published = true;
        }

        return published;
    }

    private bool SignUrgent()
    {
        while (_asked.TryDequeue(out OpenLedger? asked))
        {
            _urgent.Add(asked);
        }

        bool signed = false;
        for (int i = _urgent.Count - 1; i >= 0; i--)
        {
            OpenLedger ledger = _urgent[i];
            if (ledger.Published.LowestWanted <= ledger.ReadableSize)
            {
                signed |= TrySign(ledger) == Outcome.Signed;
            }

            if (!IsWaitedFor(ledger))
            {
                _urgent.RemoveAt(i);
            }
        }

        return signed;
    }

    /// <summary>Whether anybody waits; if not, the next one who does has to ask again.</summary>
    private static bool IsWaitedFor(OpenLedger ledger)
    {
        if (ledger.Published.LowestWanted != long.MaxValue)
        {
            return true;
        }

        // Who begins to wait now finds the note taken back and asks; who did so just before is seen here.
        Interlocked.Exchange(ref ledger.AskedNote, 0);
        return ledger.Published.LowestWanted != long.MaxValue
            && Interlocked.Exchange(ref ledger.AskedNote, 1) == 0;
    }

    private bool SignDue()
    {
        long now = ground.SteadyNanos();
        if (_roundLeft == 0)
        {
            // Woken by a timer of the same interval, which is early as often as late: a little early is in time.
            if (now < _nextRoundNanos - (_intervalNanos / 4))
            {
                return false;
            }

            // Those that grow from here on belong to the next round.
            _roundLeft = ledgers.GrownCount;
            _roundStartedNanos = now;
            _nextRoundNanos = Math.Max(_nextRoundNanos, now - (_intervalNanos / 2)) + _intervalNanos;
        }

        bool signed = false;
        for (int i = 0; i < SignedAtOnce && _roundLeft > 0 && !_budget.IsSpent; i++)
        {
            Outcome outcome = SignNext();
            signed |= outcome == Outcome.Signed;
            if (outcome == Outcome.NoRoom)
            {
                return signed;
            }

            _roundLeft--;
        }

        if (_roundLeft == 0)
        {
            RoundNanos = ground.SteadyNanos() - _roundStartedNanos;
        }

        return signed;
    }

    /// <summary>Signs the ledger that waits longest.</summary>
    private Outcome SignNext()
    {
        if (ledgers.TakeGrown() is not { } ledger)
        {
            return Outcome.Nothing;
        }

        Outcome outcome;
        bool isMore;
        try
        {
            outcome = TrySign(ledgers.Check(ledger));

            // Hashing runs ahead of the disk: what was signed may be less than what the note that was taken stood for.
            isMore = outcome == Outcome.Signed && ledger.Readable.Value > ledger.SignedSize;
        }
        catch (StoreException)
        {
            // Its data contradicts what it signed. Whoever opens it is told.
            return Outcome.Nothing;
        }

        if (isMore || outcome is Outcome.Later or Outcome.NoRoom)
        {
            ledgers.NoteGrown(ledger);
        }

        return outcome;
    }

    /// <summary>A note in the journal whose frame may not be durable yet.</summary>
    private readonly record struct PendingCheckpoint(OpenLedger Ledger, CheckpointRecord Record, long Frame);
}
