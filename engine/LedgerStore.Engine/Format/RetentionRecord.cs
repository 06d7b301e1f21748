// The record RETENTION of the catalog; CatalogRecordType.cs draws it. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A ledger has this retention policy from now on.</summary>
internal sealed record RetentionRecord(uint LedgerId, byte[] Policy)
{
    public const int PolicyBytesMax = 64 * 1024;

    /// <exception cref="StoreException">InvalidArgument: the policy is too long.</exception>
    public void Check()
    {
        if (Policy.Length > PolicyBytesMax)
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"a retention policy of {Policy.Length:N0} bytes exceeds the limit of {PolicyBytesMax:N0}");
        }
    }

    public byte[] Encode()
    {
        byte[] body = new byte[sizeof(uint) + Policy.Length];
        var writer = new RecordBodyWriter(body);
        writer.WriteU32(LedgerId);
        Policy.CopyTo(writer.Take(Policy.Length));
        return body;
    }

    public static RetentionRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        uint id = reader.ReadU32();
        FormatCheck.That(reader.BytesLeft <= PolicyBytesMax, "the policy is longer than its limit", sizeof(uint));
        return new RetentionRecord(id, reader.Take(reader.BytesLeft).ToArray());
    }
}
