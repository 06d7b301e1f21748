// Messages on their way to the transport: gathered while it is busy, never reordered, never left lying, and bounded.
using LedgerStore.Client;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class GatheringStreamTests
{
    private const int WaitingBytesMax = 64 * 1024;
    private readonly SlowTransport _below = new();
    private readonly GatheringStream _stream;

    public GatheringStreamTests() => _stream = new GatheringStream(_below);

    [Fact]
    public async Task A_flush_before_the_first_message_sends_the_headers()
    {
        await _stream.FlushAsync();
        await _below.Flushed.WaitAsync();
        await _stream.EndAsync();
    }

    [Fact]
    public async Task Messages_that_come_while_the_transport_is_busy_leave_in_one_write_and_in_order()
    {
        await _stream.WriteAsync(new byte[] { 1, 2 });
        await _below.Written.WaitAsync();
        await _stream.FlushAsync();
        await _stream.WriteAsync(new byte[] { 3 });
        await _stream.WriteAsync(new byte[] { 4, 5 });
        Assert.Equal([[1, 2]], _below.Writes);
        Assert.Equal(0, _below.Flushed.CurrentCount);
        _below.Finish();
        await _below.Written.WaitAsync();
        Assert.Equal([[1, 2], [3, 4, 5]], _below.Writes);
        Assert.Equal(0, _below.Flushed.CurrentCount);
        _below.Finish();
        await _below.Flushed.WaitAsync();
        await _stream.EndAsync();
    }

    [Fact]
    public async Task Each_message_is_flushed_when_nothing_follows()
    {
        for (byte message = 1; message <= 3; message++)
        {
            await _stream.WriteAsync(new[] { message });
            await _below.Written.WaitAsync();
            _below.Finish();
            await _below.Flushed.WaitAsync();
        }

        await _stream.EndAsync();
        Assert.Equal([[1], [2], [3]], _below.Writes);
    }

    [Fact]
    public async Task A_writer_waits_when_much_waits_below()
    {
        await _stream.WriteAsync(new byte[10]);
        await _below.Written.WaitAsync();
        Task fits = _stream.WriteAsync(new byte[WaitingBytesMax]).AsTask();
        Assert.True(fits.IsCompletedSuccessfully);
        Task waits = _stream.WriteAsync(new byte[1]).AsTask();
        Assert.False(waits.IsCompleted);
        _below.Finish();
        await waits;
        await _below.Written.WaitAsync();
        Assert.Equal(WaitingBytesMax + 1, _below.Writes[1].Length);
    }

    [Fact]
    public async Task What_fails_below_is_told_to_who_waits_who_writes_and_who_ends()
    {
        await _stream.WriteAsync(new byte[10]);
        await _below.Written.WaitAsync();
        Task waits = _stream.WriteAsync(new byte[WaitingBytesMax + 1]).AsTask();
        IOException lost = new("lost");
        _below.Fail(lost);
        Assert.Same(lost, await Assert.ThrowsAsync<IOException>(() => waits));
        Assert.Same(lost, await Assert.ThrowsAsync<IOException>(() => _stream.WriteAsync(new byte[1]).AsTask()));
        Assert.Same(lost, await Assert.ThrowsAsync<IOException>(_stream.EndAsync));
    }

    [Fact]
    public async Task The_end_waits_for_what_is_under_way()
    {
        await _stream.WriteAsync(new byte[] { 1 });
        await _below.Written.WaitAsync();
        await _stream.WriteAsync(new byte[] { 2 });
        Task end = _stream.EndAsync();
        _below.Finish();
        await _below.Written.WaitAsync();
        Assert.False(end.IsCompleted);
        _below.Finish();
        await end;
        Assert.Equal([[1], [2]], _below.Writes);
    }

    /// <summary>A transport whose writes end when the test says so. The stream goes on with them on another thread.
    /// </summary>
    private sealed class SlowTransport : MemoryStream
    {
        private TaskCompletionSource? _writing;

        public List<byte[]> Writes { get; } = [];

        /// <summary>Released by each write, once it waits for the test.</summary>
        public SemaphoreSlim Written { get; } = new(0);

        /// <summary>Released by each flush.</summary>
        public SemaphoreSlim Flushed { get; } = new(0);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes.Add(buffer.ToArray());
            _writing = new TaskCompletionSource();
            ValueTask writing = new(_writing.Task);
            Written.Release();
            return writing;
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushed.Release();
            return Task.CompletedTask;
        }

        public void Finish() => _writing!.SetResult();

        public void Fail(Exception error) => _writing!.SetException(error);
    }
}
