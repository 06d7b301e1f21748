// Gathers messages that are ready together into one write of the transport below, which otherwise pays for each of
// them two frames and a flush, with a way to another thread and back for each.
// One caller writes; the drain runs on whatever thread completed the write before. `_lock` guards what both see.

using System.Buffers;

namespace LedgerStore.Client;

/// <summary>A stream for writing. A write returns when it is copied, as long as little waits below.</summary>
internal sealed class GatheringStream(Stream below) : Stream
{
    private const int WaitingBytesMax = 64 * 1024;

    // Messages can be large; a stream that is open for weeks does not keep the room of its largest one.
    private const int KeptBytesMax = 256 * 1024;

    private readonly Lock _lock = new();
    private ArrayBufferWriter<byte> _waiting = new(WaitingBytesMax);
    private ArrayBufferWriter<byte> _leaving = new(WaitingBytesMax);
    private TaskCompletionSource? _room;
    private Task _drain = Task.CompletedTask;
    private Exception? _failure;
    private bool _isDraining;
    private bool _hasWritten;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hasWritten = true;
        lock (_lock)
        {
            if (_failure is not null)
            {
                return ValueTask.FromException(_failure);
            }

            _waiting.Write(buffer.Span);
            if (_isDraining)
            {
                return _waiting.WrittenCount <= WaitingBytesMax
                    ? ValueTask.CompletedTask
                    : new ValueTask((_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
            }

            _isDraining = true;
        }

        // Who finds nobody at it begins at once, on this thread.
        _drain = DrainAsync();
        return ValueTask.CompletedTask;
    }

    /// <summary>Before the first message it is for the headers; whatever is written leaves by itself.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _hasWritten ? Task.CompletedTask : below.FlushAsync(cancellationToken);

    /// <summary>Waits until everything has left.</summary>
    public async Task EndAsync()
    {
        await _drain.ConfigureAwait(false);
        if (_failure is not null)
        {
            throw _failure;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task DrainAsync()
    {
        try
        {
            while (TryTake())
            {
                await below.WriteAsync(_leaving.WrittenMemory).ConfigureAwait(false);
                if (_waiting.WrittenCount == 0)
                {
                    await below.FlushAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private bool TryTake()
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            if (_waiting.WrittenCount == 0)
            {
                _isDraining = false;
                return false;
            }

            ArrayBufferWriter<byte> empty = _leaving.Capacity <= KeptBytesMax ? _leaving : new(WaitingBytesMax);
            empty.ResetWrittenCount();
            (_leaving, _waiting) = (_waiting, empty);
            (room, _room) = (_room, null);
        }

        room?.SetResult();
        return true;
    }

    private void Fail(Exception error)
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            _failure = error;
            (room, _room) = (_room, null);
        }

        room?.SetException(error);
    }
}
