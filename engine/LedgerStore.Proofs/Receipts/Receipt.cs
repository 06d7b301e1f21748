// A receipt (C2SP tlog-proof): everything that shows, offline, that an entry is in a log.
//
//   c2sp.org/tlog-proof@v1 LF
//   extra <base64> LF                 optional; authenticated by nothing
//   index <decimal> LF
//   <base64 hash> LF ...              inclusion proof, the leaf's sibling first
//   LF
//   <checkpoint, a signed note, verbatim>
//
// Immutable, any thread.
using System.Text;

namespace LedgerStore.Proofs;

/// <summary>An index, an inclusion proof and a checkpoint. Reading one verifies nothing.</summary>
public sealed class Receipt
{
    /// <summary>A tree of less than 2^63 entries is not deeper.</summary>
    public const int ProofHashesMax = 63;

    /// <summary>Room for context such as the entry itself, whose limit this is.</summary>
    public const int ExtraBytesMax = EntryBundle.EntryBytesMax;

    /// <summary>The largest note, and less than 100,000 bytes for extra, index and proof.</summary>
    public const int BytesMax = SignedNote.BytesMax + 100_000;

    private readonly Hash256[] _proof;
    private readonly byte[] _checkpoint;
    private readonly byte[] _extra;

    private Receipt(ulong index, Hash256[] proof, byte[] checkpoint, byte[] extra)
    {
        Index = index;
        _proof = proof;
        _checkpoint = checkpoint;
        _extra = extra;
    }

    public ulong Index { get; }

    /// <summary>The inclusion proof, the leaf's sibling first.</summary>
    public ReadOnlySpan<Hash256> Proof => _proof;

    /// <summary>The checkpoint as a signed note.</summary>
    public ReadOnlySpan<byte> Checkpoint => _checkpoint;

    /// <summary>What the issuer added, or nothing. Nobody signed it: it proves nothing.</summary>
    public ReadOnlySpan<byte> Extra => _extra;

    private static ReadOnlySpan<byte> Header => "c2sp.org/tlog-proof@v1"u8;

    private static ReadOnlySpan<byte> ExtraKeyword => "extra "u8;

    private static ReadOnlySpan<byte> IndexKeyword => "index "u8;

    public static Receipt Create(
        ulong index, ReadOnlySpan<Hash256> proof, SignedNote checkpoint, ReadOnlySpan<byte> extra)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, NoteText.NumberMax);
        if (proof.Length > ProofHashesMax || extra.Length > ExtraBytesMax)
        {
            throw new ArgumentException(
                $"{proof.Length} hashes, {extra.Length} bytes exceed the limits of {ProofHashesMax}, {ExtraBytesMax}",
                proof.Length > ProofHashesMax ? nameof(proof) : nameof(extra));
        }

        return new Receipt(index, proof.ToArray(), checkpoint.Bytes.ToArray(), extra.ToArray());
    }

    public static Receipt Parse(ReadOnlySpan<byte> text)
    {
        NoteText.Check(text, BytesMax, "a receipt");
        LineReader lines = new(text, "a receipt");
        if (!lines.Next().SequenceEqual(Header))
        {
            throw new MalformedDataException($"a receipt begins with {Encoding.UTF8.GetString(Header)}", 0);
        }

        byte[] extra = ReadExtra(ref lines);
        ulong index = ReadIndex(ref lines);
        Hash256[] proof = ReadProof(ref lines);
        return lines.AtEnd
            ? throw new MalformedDataException("a receipt without a checkpoint", lines.Offset)
            : new Receipt(index, proof, lines.Rest.ToArray(), extra);
    }

    /// <summary>The text of the receipt; what <see cref="Parse"/> accepts is written back byte for byte.</summary>
    public byte[] Format()
    {
        StringBuilder head = new();
        head.Append(Encoding.UTF8.GetString(Header)).Append('\n');
        if (_extra.Length > 0)
        {
            head.Append("extra ").Append(Convert.ToBase64String(_extra)).Append('\n');
        }

        head.Append("index ").Append(Index).Append('\n');
        foreach (ref readonly Hash256 hash in Proof)
        {
            head.Append(hash.ToBase64()).Append('\n');
        }

        head.Append('\n');
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. _checkpoint];
    }

    /// <summary>
    /// Verifies everything: the checkpoint is this log's, enough witnesses cosigned it, and the leaf is at
    /// <see cref="Index"/> of the tree it signs.
    /// </summary>
    /// <param name="leaf">The leaf hash of the entry in hand: MerkleHash.Leaf(entry).</param>
    public VerifiedCheckpoint Verify(in Hash256 leaf, LogKeySet log, WitnessPolicy policy)
    {
        VerifiedCheckpoint checkpoint = log.Open(_checkpoint, policy.Cosigners);
        policy.Demand(checkpoint);
        VerifyInclusion(leaf, checkpoint);
        return checkpoint;
    }

    /// <summary>The same, where the policy lists the log: by its origin, which is then its key's name.</summary>
    /// <param name="expectedOrigin">The log that the receipt must be of; what the receipt says of itself decides
    /// nothing.</param>
    public VerifiedCheckpoint Verify(in Hash256 leaf, string expectedOrigin, WitnessPolicy policy) =>
        Verify(leaf, policy.LogKeysOf(expectedOrigin), policy);

    /// <summary>
    /// Verifies that the leaf is in the tree of a checkpoint that was verified before: for many receipts with one
    /// checkpoint, whose signatures then cost once.
    /// </summary>
    public void Verify(in Hash256 leaf, VerifiedCheckpoint checkpoint)
    {
        if (!checkpoint.Note.Bytes.SequenceEqual(_checkpoint))
        {
            throw new VerificationFailedException("the receipt holds another checkpoint than the verified one");
        }

        VerifyInclusion(leaf, checkpoint);
    }

    private void VerifyInclusion(in Hash256 leaf, VerifiedCheckpoint checkpoint)
    {
        if (!InclusionProof.IsValid(Index, checkpoint.Size, leaf, _proof, checkpoint.Root))
        {
            throw new VerificationFailedException(
                $"the entry is not at index {Index} of the tree of size {checkpoint.Size}");
        }
    }

    private static byte[] ReadExtra(ref LineReader lines)
    {
        if (!lines.Rest.StartsWith(ExtraKeyword))
        {
            return [];
        }

        int at = lines.Offset;
        byte[]? extra = StrictBase64.Decode(lines.Next()[ExtraKeyword.Length..]);
        return extra is { Length: > 0 and <= ExtraBytesMax }
            ? extra
            : throw new MalformedDataException($"extra is not the base64 of 1 to {ExtraBytesMax} bytes", at);
    }

    private static ulong ReadIndex(ref LineReader lines)
    {
        int at = lines.Offset;
        ReadOnlySpan<byte> line = lines.Next();
        return line.StartsWith(IndexKeyword) && NoteText.TryReadNumber(line[IndexKeyword.Length..], out ulong index)
            ? index
            : throw new MalformedDataException("a receipt has an index, a decimal number below 2^63", at);
    }

    private static Hash256[] ReadProof(ref LineReader lines)
    {
        List<Hash256> proof = [];
        for (int at = lines.Offset; ; at = lines.Offset)
        {
            ReadOnlySpan<byte> line = lines.Next();
            if (line.IsEmpty)
            {
                return [.. proof];
            }

            if (proof.Count == ProofHashesMax || !StrictBase64.TryDecodeHash(line, out Hash256 hash))
            {
                throw new MalformedDataException(
                    $"a proof has at most {ProofHashesMax} lines, each the base64 of 32 bytes", at);
            }

            proof.Add(hash);
        }
    }
}
