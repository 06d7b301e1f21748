// The record CREATED of the catalog; CatalogRecordType.cs draws it. Immutable, pure codec: any thread.

using System.Text;
using System.Text.Unicode;

namespace LedgerStore.Engine.Format;

/// <summary>A ledger was created.</summary>
internal sealed record CreatedRecord(uint LedgerId, long CreatedMicros, bool IsSalted, string Name, string Origin)
{
    private const uint SaltedFlag = 1;

    public byte[] Encode()
    {
        byte[] body = new byte[20 + Encoding.UTF8.GetByteCount(Name) + Encoding.UTF8.GetByteCount(Origin)];
        var writer = new RecordBodyWriter(body);
        writer.WriteU32(LedgerId);
        writer.WriteI64(CreatedMicros);
        writer.WriteU32(IsSalted ? SaltedFlag : 0);
        writer.WriteBytes(Encoding.UTF8.GetBytes(Name));
        writer.WriteBytes(Encoding.UTF8.GetBytes(Origin));
        return body;
    }

    public static CreatedRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        uint id = reader.ReadU32();
        long created = reader.ReadI64();
        uint flags = reader.ReadU32();
        FormatCheck.That(flags <= SaltedFlag, "a flag is unknown; use a newer program", 12);
        string name = Encoding.Latin1.GetString(reader.ReadBytes(StoreLimits.LedgerNameBytesMax));
        FormatCheck.That(LedgerName.IsValid(name), "the name of the ledger is invalid", 16);
        int originAt = reader.Offset;
        ReadOnlySpan<byte> origin = reader.ReadBytes(StoreLimits.OriginBytesMax);
        FormatCheck.That(
            !origin.IsEmpty && Utf8.IsValid(origin), "the origin is not a text", originAt);
        reader.End();
        return new CreatedRecord(id, created, flags == SaltedFlag, name, Encoding.UTF8.GetString(origin));
    }
}
