// What a read request asks for, as indexes. Pure but for the search by time; owned by one call.
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Wording;

/// <summary>The range of a read, End excluded; a follower without a limit has no end.</summary>
internal readonly record struct ReadRange(long First, long End, bool Follows)
{
    /// <summary>Reads the request against the ledger as it is now.</summary>
    public static async ValueTask<ReadRange> OfAsync(
        ReadRequest request, Ledger ledger, CancellationToken cancellationToken)
    {
        long size = ledger.Size;
        long first = request.FromCase switch
        {
            ReadRequest.FromOneofCase.Index => Index(request.Index),
            ReadRequest.FromOneofCase.FromEnd => size - (long)Math.Min((ulong)size, request.FromEnd),
            ReadRequest.FromOneofCase.Time => await ledger
                .FindTimeAsync(Micros(request.Time), BundleEdge.First, cancellationToken).ConfigureAwait(false),
            _ => 0,
        };
        long end = request.Follow ? long.MaxValue : size;
        if (request.Until is { } until)
        {
            if (request.Follow)
            {
                throw Invalid("until and follow exclude each other; leave one of them out");
            }

            end = Math.Min(
                end,
                await ledger.FindTimeAsync(Micros(until), BundleEdge.End, cancellationToken).ConfigureAwait(false));
        }

        if (request.Limit > 0 && request.Limit < (ulong)Math.Max(0, end - first))
        {
            end = first + (long)request.Limit;
        }

        return new ReadRange(first, end, request.Follow);
    }

    private static long Index(ulong index) => index <= long.MaxValue
        ? (long)index
        : throw Invalid($"an index of {index} exceeds the limit of {long.MaxValue}");

    private static long Micros(Timestamp time)
    {
        const long secondsMax = 253_402_300_799; // the year 9999, as google.protobuf.Timestamp says
        return time.Seconds is >= 0 and <= secondsMax && time.Nanos is >= 0 and < 1_000_000_000
            ? checked((time.Seconds * 1_000_000) + ((time.Nanos + 999) / 1000))
            : throw Invalid("a time is before 1970, after 9999, or no time at all");
    }

    private static RpcException Invalid(string message) =>
        RpcException.Because(StatusCode.InvalidArgument, "INVALID_ARGUMENT", message);
}
