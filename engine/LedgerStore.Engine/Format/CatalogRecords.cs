// The records of the catalog. Pure: spans to structs and back. Any thread. Texts: u16 length, then UTF-8.
//
//   1 CREATED    u32 id | i64 created micros | u32 flags (1 = salted) | text name | text origin
//   2 FROZEN     u32 id | i64 micros | text reason
//   3 RETENTION  u32 id | the policy, to the end of the record: opaque here; the newest counts

using System.Text;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Format;

internal enum CatalogRecordType : ushort
{
    Created = 1,
    Frozen = 2,
    Retention = 3,
}

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
            !origin.IsEmpty && System.Text.Unicode.Utf8.IsValid(origin), "the origin is not a text", originAt);
        reader.End();
        return new CreatedRecord(id, created, flags == SaltedFlag, name, Encoding.UTF8.GetString(origin));
    }
}

/// <summary>A ledger takes no more appends, for good.</summary>
internal sealed record FrozenRecord(uint LedgerId, long FrozenMicros, string Reason)
{
    public const int ReasonBytesMax = 4096;

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
        FormatCheck.That(System.Text.Unicode.Utf8.IsValid(reason), "the reason is not a text", 12);
        reader.End();
        return new FrozenRecord(id, micros, Encoding.UTF8.GetString(reason));
    }
}

/// <summary>A ledger has this retention policy from now on.</summary>
internal sealed record RetentionRecord(uint LedgerId, byte[] Policy)
{
    public const int PolicyBytesMax = 64 * 1024;

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
