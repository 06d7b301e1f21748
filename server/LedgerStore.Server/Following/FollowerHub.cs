// All who follow one ledger: one waiter in the engine for all of them, and new entries read and made into messages
// once. Its loop runs while there are followers. What is shared is guarded by the gate of FollowerTurns; the loop alone
// changes Recent, by a swap.
using LedgerStore.Engine;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Following;

/// <summary>The followers of a ledger.</summary>
internal sealed class FollowerHub(Ledger ledger, FollowerTurns turns, TimeSpan heartbeat, TimeProvider time)
{
    private readonly LinkedList<Follower> _parked = new();
    private readonly CancellationTokenSource _ending = new();
    private SharedEntries[] _recent = [];
    private long _seen = ledger.Size;
    private Exception? _failure;

    /// <summary>Followers now. Under the gate.</summary>
    public int Members { get; set; }

    /// <summary>Runs until <see cref="End"/>, or until the ledger fails.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                bool isNew = await WaitAsync().ConfigureAwait(false);
                if (isNew)
                {
                    await ShareAsync(Volatile.Read(ref _seen), ledger.Size).ConfigureAwait(false);
                }

                WakeAll();
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Nobody follows any more.
        }
#pragma warning disable CA1031 // Everybody who waits here gets it.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            FailAll(cause);
        }
        finally
        {
            _ending.Dispose();
        }
    }

    /// <summary>Nobody follows any more.</summary>
    public void End() => _ending.Cancel();

    /// <summary>Waits until there is something behind an index, or a heartbeat is due; then the follower has a turn.
    /// </summary>
    public ValueTask WaitAsync(Follower follower, long next, CancellationToken cancellationToken)
    {
        ValueTask turn;
        lock (turns.Gate)
        {
            if (_failure is { } cause)
            {
                throw cause;
            }

            turn = follower.BeginWait();
            if (next < _seen)
            {
                turns.Queue(follower);
            }
            else
            {
                follower.Node.List?.Remove(follower.Node);
                _parked.AddLast(follower.Node);
                turns.Grant();
            }
        }

        follower.CancelBy(turns, cancellationToken);
        return turn;
    }

    /// <summary>The message that begins at an index; null when there is none, and the ledger has to be read.</summary>
    public SharedEntries? Find(long first)
    {
        foreach (SharedEntries entries in Volatile.Read(ref _recent))
        {
            if (entries.First == first)
            {
                return entries;
            }
        }

        return null;
    }

    /// <summary>True: there are new entries. False: a heartbeat is due.</summary>
    private async ValueTask<bool> WaitAsync()
    {
        using CancellationTokenSource pause = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        Task wait = ledger.WaitForAsync(_seen + 1, pause.Token).AsTask();
        Task delay = Task.Delay(heartbeat, time, pause.Token);
        await Task.WhenAny(wait, delay).ConfigureAwait(false);
        bool isNew = wait.IsCompleted;
        await pause.CancelAsync().ConfigureAwait(false);
        try
        {
            await wait.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_ending.IsCancellationRequested)
        {
            // Nothing came: a heartbeat.
        }

        return isNew;
    }

    // What cannot be read is nobody's here: each follower says it in its own words.
    private async ValueTask ShareAsync(long first, long end)
    {
        List<SharedEntries> fresh = [];
        try
        {
            int members;
            lock (turns.Gate)
            {
                members = Members;
            }

            if (members >= ServerLimits.SharedFollowersMin)
            {
                await foreach (EntrySlice slice in ledger.ReadAsync(first, end - first, _ending.Token)
                    .ConfigureAwait(false))
                {
                    SharedEntries.Add(slice, fresh);
                }
            }
        }
        catch (StoreException lost) when (lost.Reason
            is StoreReason.DataLoss or StoreReason.TierAway or StoreReason.Expired)
        {
            fresh.Clear();
        }

        Volatile.Write(ref _recent, Newest([.. _recent, .. fresh]));
        Volatile.Write(ref _seen, end);
    }

    // A few batches back: who sent while this one came does not read it by himself.
    private static SharedEntries[] Newest(SharedEntries[] all)
    {
        int from = all.Length;
        for (int bytes = 0; from > 0 && all.Length - from < ServerLimits.SharedMessages; from--)
        {
            bytes += all[from - 1].Message.Length;
            if (bytes > ServerLimits.SharedBytes)
            {
                break;
            }
        }

        return all[from..];
    }

    private void WakeAll()
    {
        lock (turns.Gate)
        {
            while (_parked.First is { } next)
            {
                turns.Queue(next.Value);
            }
        }
    }

    private void FailAll(Exception cause)
    {
        lock (turns.Gate)
        {
            _failure = cause;
            while (_parked.First is { } next)
            {
                _parked.Remove(next);
                next.Value.Fail(cause);
            }
        }
    }
}
