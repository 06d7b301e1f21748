// The raw path from client to server over mutual TLS: messages in place, pipelined, bounded memory if one side stalls.

using System.Buffers;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Grpc;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class RawStreamTests
{
    private const int MessageBytes = 16 * 1024;

    [Fact]
    public async Task AppendsArePipelinedAndAnsweredInOrder()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true, (_, grpc) =>
            grpc.Raw(LedgerMethods.AppendStream, AppendStreamAsync, "append"));
        using RpcChannel channel = server.Connect();
        using RawCall call = await channel.OpenRawAsync(LedgerMethods.AppendStream, default);
        Task reading = ReadAnswersAsync(call, expectedBatches: 2000);
        for (int batch = 0; batch < 2000; batch++)
        {
            int records = (batch % 7) + 1;
            int[] lengths = [.. Enumerable.Repeat(100, records)];
            AppendRequestHead head = new() { Ledger = "demo"u8, FirstSequence = (ulong)batch };
            AppendRequestWriter.Write(call.Requests, head, lengths, new byte[100 * records]);
            if (batch % 10 == 9)
            {
                await call.Requests.FlushAsync();
            }
        }

        await call.CompleteAsync();
        await reading;
    }

    [Fact]
    public async Task ARequestThatLiesEndsTheStreamWithItsReason()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true, (_, grpc) =>
            grpc.Raw(LedgerMethods.AppendStream, AppendStreamAsync, "append"));
        using RpcChannel channel = server.Connect();
        using RawCall call = await channel.OpenRawAsync(LedgerMethods.AppendStream, default);
        AppendRequestWriter.Write(call.Requests, new AppendRequestHead { Ledger = "demo"u8 }, [1], [1]);
        AppendRequestWriter.Write(call.Requests, new AppendRequestHead { Ledger = "demo"u8 }, [5], [1]);
        await call.Requests.FlushAsync();
        Assert.True(await call.Responses.ReadAsync());
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.Responses.ReadAsync());
        Assert.Equal((StatusCode.InvalidArgument, "BAD_LENGTHS"), (error.Code, error.Info!.Reason));
    }

    [Fact]
    public async Task AReaderThatStallsStopsTheServer()
    {
        long written = 0;
        await using TestServer server = await TestServer.StartAsync(isTls: true, (_, grpc) =>
            grpc.Raw(LedgerMethods.Read, async (_, responses, _) =>
            {
                byte[] message = new byte[MessageBytes];
                for (int count = 0; count < 4000; count++)
                {
                    responses.WriteMessage(message);
                    await responses.FlushAsync();
                    Interlocked.Add(ref written, MessageBytes);
                }
            }, "read"));
        using RpcChannel channel = server.Connect();
        using ServerStreamCall<ReadResponse> call = channel.ServerStream(
            LedgerMethods.Read, new ReadRequest(), default);
        Assert.True(await call.RawResponses.ReadAsync());
        long stalledAt = await WhenQuietAsync(() => Interlocked.Read(ref written));

        // The client's window of 1 MiB, and what lies in buffers of pipes, TLS and sockets on the way.
        Assert.InRange(stalledAt, MessageBytes, 16_000_000);
        int messages = 1;
        while (await call.RawResponses.ReadAsync())
        {
            messages++;
        }

        Assert.Equal(4000, messages);
    }

    [Fact]
    public async Task AServerThatStallsStopsTheWriter()
    {
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await TestServer.StartAsync(isTls: true, (_, grpc) =>
            grpc.Raw(LedgerMethods.AppendStream, async (requests, responses, call) =>
            {
                await go.Task;
                long messages = 0;
                while (await requests.ReadAsync())
                {
                    messages++;
                }

                responses.WriteMessage(BitConverter.GetBytes(messages));
            }, "append"));
        using RpcChannel channel = server.Connect();
        using RawCall call = await channel.OpenRawAsync(LedgerMethods.AppendStream, default);
        long written = 0;
        Task writing = Task.Run(async () =>
        {
            byte[] message = new byte[MessageBytes];
            for (int count = 0; count < 4000; count++)
            {
                call.Requests.WriteMessage(message);
                await call.Requests.FlushAsync();
                Interlocked.Add(ref written, MessageBytes);
            }

            await call.CompleteAsync();
        });
        Assert.InRange(await WhenQuietAsync(() => Interlocked.Read(ref written)), MessageBytes, 16_000_000);
        go.SetResult();
        await writing;
        Assert.True(await call.Responses.ReadAsync());
        Assert.Equal(4000, BitConverter.ToInt64(call.Responses.Current.ToArray()));
    }

    [Fact]
    public async Task DisposingACallWhileItsWriterIsStuckFreesTheWriter()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true, (_, grpc) =>
            grpc.Raw(LedgerMethods.AppendStream, async (_, _, call) =>
                await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken), "append"));
        using RpcChannel channel = server.Connect();
        RawCall call = await channel.OpenRawAsync(LedgerMethods.AppendStream, default);
        Task writing = Task.Run(async () =>
        {
            while (true)
            {
                call.Requests.WriteMessage(new byte[MessageBytes]);
                await call.Requests.FlushAsync();
            }
        });
        await Task.Delay(200);
        call.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task AbortResetsTheStream()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true, (_, grpc) =>
            grpc.Raw(LedgerMethods.Read, (_, _, call) =>
            {
                call.Abort();
                return ValueTask.CompletedTask;
            }, "read"));
        using RpcChannel channel = server.Connect();
        using ServerStreamCall<ReadResponse> call =
            channel.ServerStream(LedgerMethods.Read, new ReadRequest(), default);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.Responses.ReadAsync());
        Assert.Equal(StatusCode.Cancelled, error.Code);
    }

    private static async ValueTask AppendStreamAsync(
        RawMessageReader requests, RawMessageWriter responses, ServerCall call)
    {
        AppendRequestParser parser = new(recordsMax: 16_384);
        ulong index = 0;
        while (await requests.ReadAsync())
        {
            parser.Parse(requests.Current);
            uint count = (uint)parser.Lengths.Length;
            new AppendAnswer { FirstIndex = index, Count = count, ReceivedUnixMicros = 1 }.Write(responses);
            await responses.FlushAsync();
            index += count;
        }
    }

    private static async Task ReadAnswersAsync(RawCall call, int expectedBatches)
    {
        ulong index = 0;
        int batches = 0;
        while (await call.Responses.ReadAsync())
        {
            AppendAnswer answer = AppendAnswer.Parse(call.Responses.Current);
            Assert.Equal(index, answer.FirstIndex);
            Assert.Equal((uint)(batches % 7) + 1, answer.Count);
            index += answer.Count;
            batches++;
        }

        Assert.Equal(expectedBatches, batches);
    }

    // The value once it has stopped changing.
    private static async Task<long> WhenQuietAsync(Func<long> value)
    {
        long before = -1;
        long now = value();
        while (now != before || now == 0)
        {
            before = now;
            await Task.Delay(500);
            now = value();
        }

        return now;
    }
}
