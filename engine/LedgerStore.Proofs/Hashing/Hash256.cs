// One SHA-256 value. Immutable and blittable: a Hash256[] is a run of 32-byte hashes, which is also how tiles and
// proofs carry them, so spans are reinterpreted and never copied one by one.
// Any thread.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

[StructLayout(LayoutKind.Sequential, Size = Length)]
public readonly struct Hash256 : IEquatable<Hash256>
{
    public const int Length = 32;

    private readonly ulong _0;
    private readonly ulong _1;
    private readonly ulong _2;
    private readonly ulong _3;

    /// <summary>Copies exactly 32 bytes.</summary>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new MalformedDataException($"a hash has {Length} bytes, this has {bytes.Length}", 0);
        }

        this = MemoryMarshal.Read<Hash256>(bytes);
    }

    /// <summary>The bytes in place, without a copy; valid as long as the variable it is called on.</summary>
    public static ReadOnlySpan<byte> BytesOf(ref readonly Hash256 hash) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<Hash256>(in hash));

    /// <summary>A run of hashes as the bytes it consists of.</summary>
    public static ReadOnlySpan<byte> BytesOf(ReadOnlySpan<Hash256> hashes) => MemoryMarshal.AsBytes(hashes);

    /// <summary>A run of bytes as hashes; what is left after the last whole hash is not part of it.</summary>
    public static ReadOnlySpan<Hash256> Many(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, Hash256>(bytes);

    public static Hash256 FromBase64(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return Convert.TryFromBase64String(text, bytes, out int written) && written == Length
            ? new Hash256(bytes)
            : throw new MalformedDataException("not the base64 of 32 bytes", 0);
    }

    public static Hash256 FromHex(string text) => new(Convert.FromHexString(text));

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    public byte[] ToArray() => BytesOf(in this).ToArray();

    public string ToBase64() => Convert.ToBase64String(BytesOf(in this));

    public string ToHex() => Convert.ToHexStringLower(BytesOf(in this));

    public override string ToString() => ToHex();

    public bool Equals(Hash256 other) => _0 == other._0 && _1 == other._1 && _2 == other._2 && _3 == other._3;

    public override bool Equals([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] object? obj) =>
        obj is Hash256 other && Equals(other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override int GetHashCode() => (int)_0;

    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);

    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);
}
