// Where a visit gives way: between two pieces of work, and while it waits for others. The tiering thread goes on with
// it, or a test that turns it by hand: nothing else runs it, and every await is a place where a crash may come.

using System.Runtime.CompilerServices;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Tiering;

/// <summary>The pace of one visit at a time. Awaiting it gives way until the next <see cref="Go"/>.</summary>
internal sealed class Pace : INotifyCompletion
{
    private Action? _next;
    private Task? _visit;
    private bool _isStopped;

    /// <summary>Whether a visit is under way.</summary>
    public bool IsBusy => _next is not null;

    /// <summary>Whether the visit gave way because it waits.</summary>
    public bool Waits { get; private set; }

    /// <summary>What it read and wrote since it gave way before, for the throttle.</summary>
    public long Bytes { get; private set; }

    public bool IsCompleted => false;

    // ---- of the visit

    /// <summary>Gives way after a piece of work.</summary>
    public Pace Work(long bytes = 0)
    {
        (Waits, Bytes) = (false, bytes);
        return this;
    }

    /// <summary>Gives way once, for a while.</summary>
    public Pace Wait()
    {
        (Waits, Bytes) = (true, 0);
        return this;
    }

    /// <summary>Gives way until something is so.</summary>
    public async Task Until(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Wait();
        }
    }

    /// <summary>Gives way until an answer is there.</summary>
    public async Task<T> Until<T>(ValueTask<T> answer)
    {
        Task<T> task = answer.AsTask();
        while (!task.IsCompleted)
        {
            await Wait();
        }

        return await task.ConfigureAwait(false);
    }

    public Pace GetAwaiter() => this;

    public void OnCompleted(Action continuation) => _next = continuation;

    /// <exception cref="OperationCanceledException">The visit is given up.</exception>
    public void GetResult()
    {
        if (_isStopped)
        {
            throw new OperationCanceledException("the store is closed");
        }
    }

    // ---- of who turns it

    /// <summary>Takes a visit on. Nothing of it runs before the first <see cref="Go"/>.</summary>
    public void Begin(Func<Task> visit) => _next = () => _visit = visit();

    /// <summary>Runs the visit until it gives way.</summary>
    /// <returns>False when it has ended; what it threw is thrown.</returns>
    public bool Go()
    {
        Action next = _next!;
        _next = null;

        // Else what awaits a part of the visit would go on elsewhere, and not before this returns.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            next();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        if (_next is not null)
        {
            return true;
        }

        Invariant.That(_visit!.IsCompleted, "a visit waits for nothing but its pace");
        _visit.GetAwaiter().GetResult();
        return false;
    }

    /// <summary>Gives up what is under way: it lets go of its files.</summary>
    public void Stop()
    {
        _isStopped = true;
        try
        {
            Invariant.That(!IsBusy || !Go(), "a visit that is given up ends");
        }
        catch (OperationCanceledException)
        {
            // As it was told to.
        }
    }
}
