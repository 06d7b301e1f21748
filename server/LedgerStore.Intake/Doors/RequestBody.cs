// The body of one request, in memory within the budget, and unpacked if it was packed. Owned by its request; disposing
// returns its bytes to the budget.
using System.IO.Compression;
using System.Runtime.InteropServices;
using LedgerStore.Client;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Intake.Doors;

internal enum BodyProblem
{
    None,

    /// <summary>Larger than any request may be.</summary>
    TooLarge,

    /// <summary>There is no room for it now.</summary>
    NoRoom,

    /// <summary>It is packed in a way that is not read, or is damaged; the bytes are as they came.</summary>
    Packed,
}

internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    private readonly MemoryBudget _budget;
    private long _taken;

    private RequestBody(MemoryBudget budget) => _budget = budget;

    /// <summary>Unpacked; as it came where the problem is <see cref="BodyProblem.Packed"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>As it came: what a signature is about.</summary>
    public ReadOnlyMemory<byte> Sent { get; private set; }

    public BodyProblem Problem { get; private set; }

    /// <summary>Why it could not be unpacked.</summary>
    public string? Detail { get; private set; }

    /// <summary>Reads all of it.</summary>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, MemoryBudget budget)
    {
        RequestBody body = new(budget);
        body.Sent = await body.CollectAsync(request.Body, request.ContentLength, request.HttpContext.RequestAborted)
            .ConfigureAwait(false);
        body.Bytes = body.Sent;
        if (body.Problem != BodyProblem.None)
        {
            return body;
        }

        if (request.ContentType?.StartsWith(GrpcFrame.ContentType, StringComparison.OrdinalIgnoreCase) == true)
        {
            await body.UnframeAsync($"{request.Headers["grpc-encoding"]}").ConfigureAwait(false);
            return body;
        }

        string encoding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        if (encoding is "gzip" or "x-gzip")
        {
            await body.UnpackAsync(body.Sent).ConfigureAwait(false);
        }
        else if (encoding is not ("" or "identity"))
        {
            body.Problem = BodyProblem.Packed;
            body.Detail = $"content encoding {encoding} is not read; gzip is";
        }

        return body;
    }

    public void Dispose()
    {
        _budget.Return(_taken);
        _taken = 0;
        Bytes = default;
        Sent = default;
    }

    private async Task UnframeAsync(string encoding)
    {
        Detail = GrpcFrame.Problem(Sent.Span, encoding, out bool isPacked);
        if (Detail is not null)
        {
            Problem = BodyProblem.Packed;
            return;
        }

        Bytes = Sent[GrpcFrame.PrefixBytes..];
        if (isPacked)
        {
            await UnpackAsync(Bytes).ConfigureAwait(false);
        }
    }

    private async Task UnpackAsync(ReadOnlyMemory<byte> packed)
    {
        try
        {
            ArraySegment<byte> array = MemoryMarshal.TryGetArray(packed, out ArraySegment<byte> of)
                ? of
                : packed.ToArray();
            using MemoryStream sent = new(array.Array!, array.Offset, array.Count, writable: false);
            using GZipStream gzip = new(sent, CompressionMode.Decompress);
            ReadOnlyMemory<byte> bytes = await CollectAsync(gzip, length: null, CancellationToken.None)
                .ConfigureAwait(false);

            if (Problem == BodyProblem.None && !GzipEnd.IsOf(packed.Span, bytes.Length))
            {
                throw new InvalidDataException("it is cut, or more than one stream");
            }

            Bytes = bytes;
        }
        catch (InvalidDataException error)
        {
            Bytes = Sent;
            Problem = BodyProblem.Packed;
            Detail = $"no gzip: {error.Message}";
        }
    }

    private async Task<ReadOnlyMemory<byte>> CollectAsync(Stream stream, long? length, CancellationToken cancellation)
    {
        if (length > IntakeLimits.BodyBytes)
        {
            Problem = BodyProblem.TooLarge;
            return default;
        }

        // One byte more than announced, so that the end is seen without growing.
        byte[] bytes = Take((int)(length + 1 ?? FirstBytes));
        int end = 0;
        while (Problem == BodyProblem.None)
        {
            if (end == bytes.Length)
            {
                if (end > IntakeLimits.BodyBytes)
                {
                    Problem = BodyProblem.TooLarge;
                    break;
                }

                byte[] larger = Take((int)Math.Min(2L * end, IntakeLimits.BodyBytes + 1L));
                if (larger.Length == 0)
                {
                    break;
                }

                bytes.AsSpan(0, end).CopyTo(larger);
                _budget.Return(end);
                _taken -= end;
                bytes = larger;
            }

            int read = await stream.ReadAsync(bytes.AsMemory(end), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return bytes.AsMemory(0, end);
            }

            end += read;
        }

        return default;
    }

    private byte[] Take(int bytes)
    {
        if (!_budget.TryTake(bytes))
        {
            Problem = BodyProblem.NoRoom;
            return [];
        }

        _taken += bytes;
        return new byte[bytes];
    }
}
