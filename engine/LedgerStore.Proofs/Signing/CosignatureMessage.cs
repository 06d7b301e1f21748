// What a cosignature/v1 (C2SP tlog-cosignature, type 0x04) signs, and how its time is carried:
//
//   signature bytes after the key ID:  time, u64 big-endian POSIX seconds | Ed25519 signature, 64 bytes
//   signed message:                    "cosignature/v1" LF "time " <decimal> LF <text of the note>
//
// Pure, any thread.
using System.Buffers.Binary;
using System.Buffers.Text;

namespace LedgerStore.Proofs;

internal static class CosignatureMessage
{
    public const int TimeLength = 8;
    public const int SignatureLength = TimeLength + Ed25519.SignatureLength;

    /// <summary>A time is a non-negative int64 in every implementation.</summary>
    public const ulong SecondsMax = long.MaxValue;

    private const int DigitsMax = 19;

    private static ReadOnlySpan<byte> Header => "cosignature/v1\ntime "u8;

    /// <summary>False when this is not the size of a cosignature, or the time is out of range.</summary>
    public static bool TryReadTime(ReadOnlySpan<byte> signature, out ulong seconds)
    {
        seconds = 0;
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        seconds = BinaryPrimitives.ReadUInt64BigEndian(signature);
        return seconds <= SecondsMax;
    }

    public static byte[] Build(ulong seconds, ReadOnlySpan<byte> text)
    {
        Span<byte> head = stackalloc byte[Header.Length + DigitsMax + 1];
        Header.CopyTo(head);
        _ = Utf8Formatter.TryFormat(seconds, head[Header.Length..], out int digits);
        int length = Header.Length + digits;
        head[length++] = (byte)'\n';

        byte[] message = new byte[length + text.Length];
        head[..length].CopyTo(message);
        text.CopyTo(message.AsSpan(length));
        return message;
    }
}
