// The record SAID of the catalog; CatalogRecordType.cs draws it. It says where to look, and proves nothing by itself.
// Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>Where <c>_audit</c> says what a record of the catalog says.</summary>
internal readonly record struct SaidRecord(uint LedgerId, CatalogRecordType About, long AuditIndex)
{
    public const int EncodedBytes = 16;

    public byte[] Encode()
    {
        byte[] body = new byte[EncodedBytes];
        RecordBodyWriter writer = new(body);
        writer.WriteU32(LedgerId);
        writer.WriteU32((uint)About);
        writer.WriteI64(AuditIndex);
        return body;
    }

    public static SaidRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        SaidRecord record = new(reader.ReadU32(), (CatalogRecordType)reader.ReadU32(), reader.ReadI64());
        reader.End();
        bool isKnown = record.About is CatalogRecordType.Created or CatalogRecordType.Frozen
            or CatalogRecordType.Retention;
        FormatCheck.That(isKnown, "a record about records of an unknown type; use a newer program", 4);
        return record;
    }
}
