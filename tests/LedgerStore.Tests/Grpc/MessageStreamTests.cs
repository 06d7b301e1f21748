// Message streams without a transport: frames however they are cut, lies, bombs, and what the writer guards.

using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using LedgerStore.Protocol.Grpc;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class MessageStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task MessagesAreWholeHoweverTheyArrive(int pieceBytes)
    {
        byte[][] messages = [[], [1], new byte[300], new byte[5], []];
        byte[] stream = [.. messages.SelectMany(message => Frame(message))];
        Pipe pipe = new();
        FakeCallSide call = new() { Reader = pipe.Reader };
        RawMessageReader reader = new(call);
        Task feeding = FeedAsync(pipe.Writer, stream, pieceBytes);
        foreach (byte[] message in messages)
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(message, reader.Current.ToArray());
        }

        Assert.False(await reader.ReadAsync());
        Assert.False(await reader.ReadAsync());
        Assert.Equal(1, call.Ended);
        await feeding;
    }

    [Fact]
    public async Task MessagesThatHaveArrivedNeedNoWaiting()
    {
        RawMessageReader reader = Reader([.. Frame([1]), .. Frame([2])]);
        Assert.False(reader.TryRead());
        Assert.True(await reader.ReadAsync());
        Assert.True(reader.TryRead());
        Assert.Equal([2], reader.Current.ToArray());
        Assert.False(reader.TryRead());
        Assert.False(await reader.ReadAsync());
    }

    [Fact]
    public async Task ALengthThatLiesIsRefusedBeforeTheMessageComes()
    {
        foreach (uint length in new uint[] { 1001, int.MaxValue, 0x80000000, uint.MaxValue })
        {
            byte[] prefix = [0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
            Pipe pipe = new();
            await pipe.Writer.WriteAsync(prefix);
            RawMessageReader reader = new(new FakeCallSide { Reader = pipe.Reader, BytesMax = 1000 });
            RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync());
            Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        }
    }

    [Fact]
    public async Task AStreamThatEndsInsideAMessageIsAnError()
    {
        byte[] frame = Frame([1, 2, 3]);
        for (int length = 1; length < frame.Length; length++)
        {
            RawMessageReader reader = Reader(frame[..length]);
            RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync());
            Assert.Equal(StatusCode.Internal, error.Code);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    public async Task FlagsThatWereNotAgreedOnAreRefused(byte flags)
    {
        byte[] frame = Frame([1]);
        frame[0] = flags;
        RawMessageReader reader = Reader(frame);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync());
        Assert.Equal(StatusCode.Internal, error.Code);
    }

    [Fact]
    public async Task GzipIsUndoneInPlace()
    {
        byte[] message = new byte[100_000];
        new Random(1).NextBytes(message.AsSpan(0, 50_000));
        byte[] stream = [.. GzipFrame(message), .. Frame([7]), .. GzipFrame([])];
        RawMessageReader reader = Reader(stream, isGzip: true);
        foreach (byte[] expected in new[] { message, [7], [] })
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(expected, reader.Current.ToArray());
        }

        Assert.False(await reader.ReadAsync());
    }

    [Fact]
    public async Task ABombCostsNoMoreThanTheLimit()
    {
        byte[] bomb = GzipFrame(new byte[50_000_000]);
        RawMessageReader reader = Reader(bomb, isGzip: true, bytesMax: 100_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync());
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000 / 2);
    }

    [Fact]
    public async Task TheLimitItselfIsAllowed()
    {
        byte[] message = new byte[100_000];
        Assert.True(await Reader(GzipFrame(message), isGzip: true, bytesMax: 100_000).ReadAsync());
        Assert.True(await Reader(Frame(message), bytesMax: 100_000).ReadAsync());
    }

    [Fact]
    public async Task DamagedGzipIsAnError()
    {
        byte[] whole = GzipFrame(Enumerable.Range(0, 10_000).Select(value => (byte)(value * value)).ToArray());
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(MessageFrame.PrefixBytes, damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                await Reader(damaged, isGzip: true).ReadAsync();
            }
            catch (RpcException error)
            {
                Assert.True(error.Code is StatusCode.Internal or StatusCode.ResourceExhausted);
            }
        }
    }

    [Fact]
    public async Task CutGzipIsAnError()
    {
        byte[] body = GzipFrame(Enumerable.Range(0, 10_000).Select(value => (byte)(value * value)).ToArray())[5..];
        for (int length = 1; length < body.Length; length += 97)
        {
            byte[] cut = [1, 0, 0, (byte)(length >> 8), (byte)length, .. body[..length]];
            RpcException error = await Assert.ThrowsAsync<RpcException>(
                async () => await Reader(cut, isGzip: true).ReadAsync());
            Assert.Equal(StatusCode.Internal, error.Code);
        }
    }

    [Fact]
    public async Task CancellingEndsAWaitingRead()
    {
        FakeCallSide call = new() { Reader = new Pipe().Reader };
        ValueTask<bool> reading = new RawMessageReader(call).ReadAsync();
        call.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
    }

    [Fact]
    public async Task WriterAndReaderAgree()
    {
        foreach (bool isGzip in new[] { false, true })
        {
            Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 0));
            RawMessageWriter writer = new(new FakeCallSide { Gzip = isGzip }, pipe.Writer);
            byte[] large = new byte[200_000];
            writer.WriteMessage([]);
            writer.WriteMessage([1, 2, 3]);
            writer.WriteMessage(large);
            await writer.FlushAsync();
            await pipe.Writer.CompleteAsync();
            RawMessageReader reader = new(new FakeCallSide { Gzip = isGzip, Reader = pipe.Reader });
            foreach (byte[] expected in new[] { [], [1, 2, 3], large })
            {
                Assert.True(await reader.ReadAsync());
                Assert.Equal(expected, reader.Current.ToArray());
            }
        }
    }

    [Fact]
    public void AMessageMustHaveTheLengthItBeganWith()
    {
        RawMessageWriter writer = new(new FakeCallSide { BytesMax = 100 }, new Pipe().Writer);
        writer.Begin(3);
        Assert.Throws<InvalidOperationException>(() => writer.Begin(1));
        Assert.Throws<InvalidOperationException>(writer.End);
        writer.Write<byte>([1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => writer.Write<byte>([4]));
        writer.End();
        Assert.Throws<InvalidOperationException>(writer.End);
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => writer.Begin(101)).Code);
        writer.WriteMessage(new byte[100]);
    }

    private static byte[] Frame(byte[] message) =>
        [0, (byte)(message.Length >> 24), (byte)(message.Length >> 16), (byte)(message.Length >> 8),
            (byte)message.Length, .. message];

    private static byte[] GzipFrame(byte[] message)
    {
        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        byte[] frame = Frame(target.ToArray());
        frame[0] = 1;
        return frame;
    }

    private static RawMessageReader Reader(byte[] stream) =>
        Reader(stream, isGzip: false, MessageLimits.ReceiveBytesMax);

    private static RawMessageReader Reader(byte[] stream, bool isGzip) =>
        Reader(stream, isGzip, MessageLimits.ReceiveBytesMax);

    private static RawMessageReader Reader(byte[] stream, int bytesMax) => Reader(stream, isGzip: false, bytesMax);

    private static RawMessageReader Reader(byte[] stream, bool isGzip, int bytesMax) =>
        new(new FakeCallSide
        {
            Reader = PipeReader.Create(new ReadOnlySequence<byte>(stream)),
            Gzip = isGzip,
            BytesMax = bytesMax,
        });

    private static async Task FeedAsync(PipeWriter writer, byte[] stream, int pieceBytes)
    {
        for (int position = 0; position < stream.Length; position += pieceBytes)
        {
            await writer.WriteAsync(stream.AsMemory(position, Math.Min(pieceBytes, stream.Length - position)));
        }

        await writer.CompleteAsync();
    }
}
