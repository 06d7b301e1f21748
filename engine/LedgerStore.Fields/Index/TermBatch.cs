// Collects what is to be hashed for terms and hashes many side by side. Owned by one thread.

using System.Buffers.Binary;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Values in, postings out.</summary>
internal sealed class TermBatch(IndexSpec spec, PostingList postings)
{
    private const int TermsMax = 1_024;
    private const int LengthBytes = sizeof(ushort);
    private const int BytesMax = 256 * 1024;

    private readonly byte[] _messages = GC.AllocateUninitializedArray<byte>(BytesMax);
    private readonly (byte Field, byte Bundle)[] _places = new (byte, byte)[TermsMax];
    private readonly Hash256[] _hashes = new Hash256[TermsMax];
    private int _bytes;
    private int _count;

    /// <summary>The key of the segment. It changes only when nothing waits to be hashed.</summary>
    public TermKey Key { get; set; } = TermKey.Public(spec);

    /// <summary>Adds a value, or a beginning of one, that a bundle has.</summary>
    public void Add(int field, bool isPrefix, ReadOnlySpan<byte> value, int bundle)
    {
        if (_count == TermsMax || BytesMax - _bytes < LengthBytes + TermKey.MessageBytesMax)
        {
            Flush();
        }

        int length = Key.Write(field, isPrefix, value, _messages.AsSpan(_bytes + LengthBytes));
        BinaryPrimitives.WriteUInt16BigEndian(_messages.AsSpan(_bytes), (ushort)length);
        _bytes += LengthBytes + length;
        _places[_count++] = ((byte)field, (byte)bundle);
    }

    /// <summary>Hashes what was added.</summary>
    public void Flush()
    {
        Span<Hash256> hashes = _hashes.AsSpan(0, _count);
        _ = Sha256Batch.HashBundle(_messages.AsSpan(0, _bytes), hashes);
        for (int i = 0; i < _count; i++)
        {
            (byte field, byte bundle) = _places[i];
            postings.Add(new Posting(field, TermKey.Of(spec.Fields[field].Kind, hashes[i]), bundle));
        }

        _count = 0;
        _bytes = 0;
    }
}
