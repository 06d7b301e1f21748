// Somebody who waits: for room, for the spool, or for the answer. Kept and used again, so that a record costs no
// object.
// Its fields are set under the queue's lock; it is completed outside of it, once, as a work item of the thread pool.

using System.Threading.Tasks.Sources;

namespace LedgerStore.Client;

internal enum WaiterKind
{
    /// <summary>Wants the place of its records.</summary>
    Append,

    /// <summary>Is content when its records were taken: into memory, or into the spool where there is one.</summary>
    Post,

    /// <summary>Has no records; waits until all before it are answered.</summary>
    Flush,
}

internal sealed class AppendWaiter(AppendQueue queue)
    : IValueTaskSource<Appended>, IValueTaskSource<AppendedBatch>, IValueTaskSource, IThreadPoolWorkItem
{
    // Continuations run where it is completed. That is a work item of its own: no caller waits for another one.
    private ManualResetValueTaskSourceCore<AppendedBatch> _core;
    private AppendedBatch _answer;
    private Exception? _failure;
    private bool _isCounted;

    internal WaiterKind Kind { get; set; }

    /// <summary>The place of its first record in the order of appending; of a flush, the last it waits for.</summary>
    internal ulong Ticket { get; set; }

    internal int Count { get; set; }

    /// <summary>While it waits for room: its records, which the caller keeps unchanged.</summary>
    internal ReadOnlyMemory<byte> Records { get; set; }

    /// <summary>While it waits for room: their lengths; empty for a single record.</summary>
    internal ReadOnlyMemory<int> Lengths { get; set; }

    /// <summary>It is in the line for room.</summary>
    internal bool IsInLine { get; set; }

    /// <summary>It gave up while in the line, where it still is: it cannot be used again.</summary>
    internal bool IsAbandoned { get; set; }

    internal short Version => _core.Version;

    /// <summary>Completes it before anybody knows it: nothing is run.</summary>
    internal void CompleteUnseen() => _core.SetResult(default);

    /// <summary>Wakes whoever waits.</summary>
    /// <param name="batch">What came of it, unless <paramref name="error"/> did.</param>
    /// <param name="counted">The queue counts it among those it is waking.</param>
    internal void Wake(in AppendedBatch batch, Exception? error, bool counted)
    {
        _answer = batch;
        _failure = error;
        _isCounted = counted;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // From its completion on it may be somebody else's: everything is taken out of it before.
        AppendedBatch result = _answer;
        Exception? error = _failure;
        _answer = default;
        _failure = null;
        if (_isCounted)
        {
            _isCounted = false;
            queue.NoteAwake();
        }

        if (error is null)
        {
            _core.SetResult(result);
        }
        else
        {
            _core.SetException(error);
        }
    }

    Appended IValueTaskSource<Appended>.GetResult(short token)
    {
        AppendedBatch batch = Take(token);
        return new Appended(batch.FirstIndex, batch.Received, batch.FirstSequence);
    }

    AppendedBatch IValueTaskSource<AppendedBatch>.GetResult(short token) => Take(token);

    void IValueTaskSource.GetResult(short token) => Take(token);

    ValueTaskSourceStatus IValueTaskSource<Appended>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource<AppendedBatch>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<Appended>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource<AppendedBatch>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private AppendedBatch Take(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            bool isReusable = !IsAbandoned;
            _core.Reset();
            if (isReusable)
            {
                queue.Recycle(this);
            }
        }
    }
}
