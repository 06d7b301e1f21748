// Messages of one direction of a call as objects.
// Owned by one call; used by one thread at a time.

using Google.Protobuf;

namespace LedgerStore.Protocol.Grpc;

/// <summary>Reads the peer's messages, one after the other.</summary>
public sealed class MessageReader<T>
    where T : class, IMessage<T>
{
    private readonly RawMessageReader raw;
    private readonly MessageParser<T> parser;
    private T? current;

    internal MessageReader(RawMessageReader raw, MessageParser<T> parser)
    {
        this.raw = raw;
        this.parser = parser;
    }

    /// <summary>The message read last.</summary>
    public T Current => current ?? throw new InvalidOperationException("no message has been read");

    /// <summary>Waits for the next message. False: the peer has sent its last.</summary>
    public async ValueTask<bool> ReadAsync()
    {
        if (!await raw.ReadAsync().ConfigureAwait(false))
        {
            current = null;
            return false;
        }

        try
        {
            current = parser.ParseFrom(raw.Current);
            return true;
        }
        catch (InvalidProtocolBufferException cause)
        {
            throw new RpcException(StatusCode.Internal, $"a message is not a valid {typeof(T).Name}", cause)
            {
                IsMalformed = true,
            };
        }
    }

    /// <summary>All messages that are still to come.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync()
    {
        while (await ReadAsync().ConfigureAwait(false))
        {
            yield return Current;
        }
    }

    /// <summary>The only message of a direction that is not a stream.</summary>
    internal async ValueTask<T> ReadSingleAsync(string what)
    {
        if (!await ReadAsync().ConfigureAwait(false))
        {
            throw Not($"the call has no {what} message");
        }

        T single = Current;
        return await raw.ReadAsync().ConfigureAwait(false)
            ? throw Not($"the call has more than one {what} message")
            : single;
    }

    private static RpcException Not(string why) => new(StatusCode.Internal, why) { IsMalformed = true };
}
