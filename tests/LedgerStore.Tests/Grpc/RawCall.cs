// A call of any kind whose messages are bytes: what hostile clients and measurements of single messages send.
// Owned by its test. One thread may write while another reads.

using System.Buffers;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Tests.Grpc;

/// <summary>Sends and receives messages as bytes. Disposing it ends the call.</summary>
internal sealed class RawCall : IDisposable
{
    private readonly DuplexStream<WireMessage, ReceivedMessage> _call;

    internal RawCall(LedgerChannel channel, IMethod method, CallLimits limits)
    {
        // To the wire every call is a stream in both directions.
        _call = channel.Duplex(
            new Method<WireMessage, ReceivedMessage>(
                MethodType.DuplexStreaming, method.ServiceName, method.Name,
                WireMessage.Marshaller, ReceivedMessage.Marshaller),
            limits);
        Requests = new RawRequests(_call);
        Responses = new RawResponses(_call);
    }

    internal RawRequests Requests { get; }

    internal RawResponses Responses { get; }

    /// <summary>Sends what was written, and says that there is no more.</summary>
    internal async Task CompleteAsync()
    {
        await Requests.FlushAsync();
        await RawRequests.EchoedAsync(_call.CompleteAsync());
    }

    public void Dispose() => _call.Dispose();
}

/// <summary>Messages that wait to be sent.</summary>
internal sealed class RawRequests(DuplexStream<WireMessage, ReceivedMessage> call)
{
    private readonly List<ReceivedMessage> _waiting = [];

    internal void WriteMessage(byte[] message) =>
        _waiting.Add(ReceivedMessage.Copy(new ReadOnlySequence<byte>(message)));

    internal void Write(in AppendRequestHead head, ReadOnlySpan<int> lengths, ReadOnlySpan<byte> payload)
    {
        ArrayBufferWriter<byte> message = new();
        AppendRequestWriter.Write(message, head, lengths, payload);
        WriteMessage(message.WrittenSpan.ToArray());
    }

    internal async Task FlushAsync()
    {
        foreach (ReceivedMessage message in _waiting)
        {
            await EchoedAsync(call.WriteAsync(message));
        }

        _waiting.Clear();
    }

    // A write that fails is the echo of a call that has ended: a test asks the responses why.
    internal static async Task EchoedAsync(Task writing)
    {
        try
        {
            await writing;
        }
        catch (OperationCanceledException echo)
        {
            throw RpcException.Of(StatusCode.Cancelled, echo.Message).CausedBy(echo);
        }
    }
}

/// <summary>Messages that came.</summary>
internal sealed class RawResponses(DuplexStream<WireMessage, ReceivedMessage> call)
{
    internal ReadOnlyMemory<byte> Current => call.Responses.Current.Bytes;

    internal ValueTask<bool> ReadAsync() => call.Responses.ReadAsync();
}
