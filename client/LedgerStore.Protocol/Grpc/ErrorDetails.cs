// google.rpc.Status and what is packed in it: the grpc-status-details-bin trailer in both directions.
// Pure functions; any thread.

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace LedgerStore.Protocol.Grpc;

/// <summary>Reads the typed details of an error.</summary>
public static class ErrorDetails
{
    /// <summary>The domain of every reason that LedgerStore sends.</summary>
    public const string Domain = "ledgerstore";

    /// <summary>The first detail of one type, or null. A detail that does not parse counts as absent.</summary>
    public static T? Find<T>(Rpc.Status? status, MessageParser<T> parser, MessageDescriptor descriptor)
        where T : class, IMessage<T>
    {
        if (status is null)
        {
            return null;
        }

        foreach (Any detail in status.Details)
        {
            if (!detail.Is(descriptor))
            {
                continue;
            }

            try
            {
                return parser.ParseFrom(detail.Value);
            }
            catch (InvalidProtocolBufferException)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The status in a trailer, or null. Details only explain: a bad one must not hide the error.</summary>
    internal static Rpc.Status? FromTrailers(Metadata trailers)
    {
        if (!trailers.TryGetBytes(HeaderNames.StatusDetails, out byte[]? bytes))
        {
            return null;
        }

        try
        {
            return Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
