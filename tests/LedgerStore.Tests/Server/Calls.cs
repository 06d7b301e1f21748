// The calls of tests, in a line each.

using System.Text;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Tests.Grpc;

namespace LedgerStore.Tests.Server;

internal static class Calls
{
    internal static AppendRequest Request(string ledger, params string[] records)
    {
        AppendRequest request = new() { Ledger = ledger };
        foreach (string record in records)
        {
            request.Lengths.Add((uint)Encoding.UTF8.GetByteCount(record));
        }

        request.Payload = ByteString.CopyFromUtf8(string.Concat(records));
        return request;
    }

    internal static ValueTask<AppendResponse> AppendAsync(
        this LedgerChannel channel, string ledger, params string[] records) =>
        channel.UnaryAsync(LedgerMethods.Append, Request(ledger, records));

    /// <summary>Reads to the end; every event as the server sent it.</summary>
    internal static async Task<List<ReadResponse>> ReadEventsAsync(this LedgerChannel channel, ReadRequest request)
    {
        List<ReadResponse> events = [];
        using ResponseStream<ReadResponse> call = channel.ServerStream(LedgerMethods.Read, request, default);
        while (await call.Responses.ReadAsync())
        {
            events.Add(call.Responses.Current);
        }

        return events;
    }

    /// <summary>The records of all entries among the events.</summary>
    internal static List<string> Records(IEnumerable<ReadResponse> events)
    {
        List<string> records = [];
        foreach (Entries entries in events.Select(each => each.Entries).Where(each => each is not null))
        {
            ReadOnlySpan<byte> bundle = entries.Bundle.Span;
            while (bundle.Length > 0)
            {
                int length = (bundle[0] << 8) | bundle[1];
                records.Add(Encoding.UTF8.GetString(EntryView.Parse(bundle.Slice(2, length)).Payload));
                bundle = bundle[(2 + length)..];
            }
        }

        return records;
    }

    internal static async Task<RpcException> RefusalOfAsync(Func<Task> call) =>
        await Xunit.Assert.ThrowsAsync<RpcException>(call);
}
