// Appending over the wire: one by one, in a stream, and what is refused.

using System.Text;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class AppendTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_batch_is_answered_with_its_place_and_read_back_as_it_was()
    {
        AppendResponse first = await _server.Connect("writer").AppendAsync("demo", "one", "two");
        AppendResponse second = await _server.Connect("writer").AppendAsync("demo", "three");
        Assert.Equal((0ul, 2u), (first.FirstIndex, first.Count));
        Assert.Equal((2ul, 1u), (second.FirstIndex, second.Count));
        Assert.True(second.Received >= first.Received);
        Assert.Equal(
            ["one", "two", "three"],
            Calls.Records(await _server.Connect("reader").ReadEventsAsync(new ReadRequest { Ledger = "demo" })));
    }

    [Fact]
    public async Task A_stream_answers_every_request_in_order()
    {
        using DuplexStream<AppendRequest, AppendResponse> stream =
            await _server.Connect("writer").OpenAsync(LedgerMethods.AppendStream, default);
        for (int number = 0; number < 1_000; number++)
        {
            await stream.WriteAsync(Calls.Request("demo", $"record {number}", "and one more"));
            if (number % 100 == 99)
            {
                for (int answer = number - 99; answer <= number; answer++)
                {
                    Assert.True(await stream.Responses.ReadAsync());
                    Assert.Equal((ulong)answer * 2, stream.Responses.Current.FirstIndex);
                }
            }
        }

        await stream.CompleteAsync();
        Assert.False(await stream.Responses.ReadAsync());
        Assert.Equal(2_000, _server.Store.GetLedger("demo").Size);
    }

    [Fact]
    public async Task A_refused_batch_ends_the_stream_behind_the_answers_of_those_before_it()
    {
        using DuplexStream<AppendRequest, AppendResponse> stream =
            await _server.Connect("writer").OpenAsync(LedgerMethods.AppendStream, default);
        await stream.WriteAsync(Calls.Request("demo", "good"));
        AppendRequest bad = Calls.Request("demo", "bad");
        bad.ExpectedSize = 17;
        await stream.WriteAsync(bad);
        Assert.True(await stream.Responses.ReadAsync());
        RpcException refusal = await Calls.RefusalOfAsync(async () => await stream.Responses.ReadAsync());
        Assert.Equal(StatusCode.Aborted, refusal.Code);
        Assert.Equal("SIZE_MISMATCH", refusal.Info!.Reason);
        Assert.Equal("1", refusal.Info!.Metadata["expected"]);
        Assert.Equal("not_stored", refusal.Info!.Metadata["outcome"]);
    }

    [Fact]
    public async Task The_same_sequence_again_is_the_first_answer_again()
    {
        LedgerChannel writer = _server.Connect("writer");
        AppendRequest request = Calls.Request("demo", "once");
        request.Producer = "p";
        request.FirstSequence = 1;
        AppendResponse first = await writer.UnaryAsync(LedgerMethods.Append, request);
        AppendResponse again = await writer.UnaryAsync(LedgerMethods.Append, request);
        Assert.False(first.Duplicate);
        Assert.True(again.Duplicate);
        Assert.Equal(first.FirstIndex, again.FirstIndex);
        Assert.Equal(1, _server.Store.GetLedger("demo").Size);
    }

    [Theory]
    [InlineData(10, 5, "BAD_LENGTHS")]
    [InlineData(5, 10, "BAD_LENGTHS")]
    public async Task Lengths_that_lie_are_refused(int said, int sent, string reason)
    {
        AppendRequest request = Calls.Request("demo", new string('x', sent));
        request.Lengths[0] = (uint)said;
        RpcException refusal = await Calls.RefusalOfAsync(
            async () => await _server.Connect("writer").UnaryAsync(LedgerMethods.Append, request));
        Assert.Equal((StatusCode.InvalidArgument, reason), (refusal.Code, refusal.Info!.Reason));
    }

    [Fact]
    public async Task A_ledger_that_does_not_exist_is_not_found_for_who_may_append_to_it()
    {
        RpcException refusal = await Calls.RefusalOfAsync(
            async () => await _server.Connect("writer").AppendAsync("absent", "x"));
        Assert.Equal(StatusCode.NotFound, refusal.Code);
    }

    [Fact]
    public async Task A_batch_of_the_largest_records_passes()
    {
        // The engine's limit counts built entries, with the envelope of each.
        string record = new('r', 60_000);
        string[] records = [.. Enumerable.Repeat(record, 68)];
        AppendResponse response = await _server.Connect("writer").AppendAsync("demo", records);
        Assert.Equal(68u, response.Count);
        List<ReadResponse> events = await _server.Connect("reader").ReadEventsAsync(
            new ReadRequest { Ledger = "demo" });
        Assert.Equal(68, Calls.Records(events).Count);
        Assert.All(events, each => Assert.True(each.CalculateSize() < 320 * 1024));
        Assert.Equal(Encoding.UTF8.GetBytes(record), Encoding.UTF8.GetBytes(Calls.Records(events)[67]));
    }
}
