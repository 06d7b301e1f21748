// The records of the key log, `keys`. Pure: spans to structs and back. Any thread.
//
//   1 KEY             u32 number | i64 time | public key 32 B             from here on this key signs, scheme `shared`
//   2 ROTATED         u32 number | u32 ledger id | u64 size | root 32 B | u32 length | note | the statement, to the end
//   3 ANCHOR_MISSING  i64 time                                           an operator had the store sign without it
//   4 SCHEME_KEY      u32 number | i64 time | u32 scheme | public key 32 B   the same, with its scheme: 2, `derived`
//
// The public key is that of the store's key. In the scheme `shared` it is also each ledger's; in the scheme `derived`
// it signs nothing: it is there so that a start with another key is noticed.
// The first key has the number 0. A rotation to key n first writes one ROTATED n for each ledger: the checkpoint that
// both keys signed, and the statement that both signed; then the key's record. A ROTATED without it is of a rotation
// that never happened. Numbers ascend and are not used twice.

using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>What a record of the key log says.</summary>
internal enum KeyRecordType : ushort
{
    Key = 1,
    Rotated = 2,
    AnchorMissing = 3,
    SchemeKey = 4,
}

/// <summary>A key, the time from which it signs, and how.</summary>
/// <param name="PublicKey">Of the store's key.</param>
internal sealed record KeyRecord(uint Number, long Micros, KeyScheme Scheme, byte[] PublicKey)
{
    /// <summary>Whether this is the store's key.</summary>
    public bool IsOf(SigningKey key) => PublicKey.AsSpan().SequenceEqual(key.PublicKey);

    public KeyRecordType Type => Scheme == KeyScheme.Shared ? KeyRecordType.Key : KeyRecordType.SchemeKey;

    public byte[] Encode()
    {
        int scheme = Scheme == KeyScheme.Shared ? 0 : sizeof(uint);
        byte[] body = new byte[sizeof(uint) + sizeof(long) + scheme + Ed25519.PublicKeyLength];
        RecordBodyWriter writer = new(body);
        writer.WriteU32(Number);
        writer.WriteI64(Micros);
        if (Scheme != KeyScheme.Shared)
        {
            writer.WriteU32((uint)Scheme);
        }

        PublicKey.CopyTo(writer.Take(PublicKey.Length));
        return body;
    }

    public static KeyRecord Decode(KeyRecordType type, ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        uint number = reader.ReadU32();
        long micros = reader.ReadI64();
        KeyScheme scheme = KeyScheme.Shared;
        if (type == KeyRecordType.SchemeKey)
        {
            scheme = (KeyScheme)reader.ReadU32();
            FormatCheck.That(
                scheme == KeyScheme.Derived, "the scheme of a key is unknown; use a newer program", reader.Offset);
        }

        KeyRecord record = new(number, micros, scheme, reader.Take(Ed25519.PublicKeyLength).ToArray());
        reader.End();
        return record;
    }
}

/// <summary>One ledger's part of a rotation.</summary>
/// <param name="Checkpoint">Signed by both keys.</param>
/// <param name="Statement">The key rotation of LedgerStore.Proofs, as a note.</param>
internal sealed record RotatedRecord(uint Number, uint LedgerId, CheckpointRecord Checkpoint, byte[] Statement)
{
    private const int FixedBytes = (3 * sizeof(uint)) + sizeof(long) + Hash256.Length;

    public byte[] Encode()
    {
        byte[] body = new byte[FixedBytes + Checkpoint.Note.Length + Statement.Length];
        RecordBodyWriter writer = new(body);
        writer.WriteU32(Number);
        writer.WriteU32(LedgerId);
        writer.WriteI64(Checkpoint.Size);
        writer.WriteHash(Checkpoint.Root);
        writer.WriteU32((uint)Checkpoint.Note.Length);
        Checkpoint.Note.CopyTo(writer.Take(Checkpoint.Note.Length));
        Statement.CopyTo(writer.Take(Statement.Length));
        return body;
    }

    public static RotatedRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        uint number = reader.ReadU32();
        uint ledgerId = reader.ReadU32();
        long size = reader.ReadI64();
        Hash256 root = reader.ReadHash();
        uint noteBytes = reader.ReadU32();
        FormatCheck.That(noteBytes <= CheckpointRecord.NoteBytesMax, "a note is longer than its limit", reader.Offset);
        byte[] note = reader.Take((int)noteBytes).ToArray();
        return new RotatedRecord(
            number, ledgerId, new CheckpointRecord(size, root, note), reader.Take(reader.BytesLeft).ToArray());
    }
}
