// The record FROZEN of the catalog; CatalogRecordType.cs draws it. Immutable, pure codec: any thread.

using System.Text;
using System.Text.Unicode;

namespace LedgerStore.Engine.Format;

/// <summary>A ledger takes no more appends, for good.</summary>
internal sealed record FrozenRecord(uint LedgerId, long FrozenMicros, string Reason)
{
    public const int ReasonBytesMax = 4096;

    /// <exception cref="StoreException">InvalidArgument: the reason is too long.</exception>
    public void Check()
    {
        int reasonBytes = Encoding.UTF8.GetByteCount(Reason);
        if (reasonBytes > ReasonBytesMax)
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"a reason of {reasonBytes:N0} bytes exceeds the limit of {ReasonBytesMax:N0}; shorten it");
        }
    }

    public byte[] Encode()
    {
        byte[] body = new byte[14 + Encoding.UTF8.GetByteCount(Reason)];
        var writer = new RecordBodyWriter(body);
        writer.WriteU32(LedgerId);
        writer.WriteI64(FrozenMicros);
        writer.WriteBytes(Encoding.UTF8.GetBytes(Reason));
        return body;
    }

    public static FrozenRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        uint id = reader.ReadU32();
        long micros = reader.ReadI64();
        ReadOnlySpan<byte> reason = reader.ReadBytes(ReasonBytesMax);
        FormatCheck.That(Utf8.IsValid(reason), "the reason is not a text", 12);
        reader.End();
        return new FrozenRecord(id, micros, Encoding.UTF8.GetString(reason));
    }
}
