// A place in a file, and by what that file is known again: when it was made, and how it begins. Immutable, but for the
// file that it is written to: "OFFSET GENERATION HEADBYTES HEADHASH CRC".
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Durable;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Intake.Doors;

/// <param name="Offset">Up to where everything is durable.</param>
/// <param name="Generation">A name for this file, so that places in others are other places.</param>
/// <param name="HeadBytes">How many bytes of its beginning are known.</param>
/// <param name="HeadHash">Of those.</param>
internal sealed record FilePlace(long Offset, string Generation, int HeadBytes, string HeadHash)
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int HeadBytesMax = 256;

    /// <summary>The beginning of a file that nothing is known of.</summary>
    public static FilePlace Start => new(0, NewGeneration(), 0, HashOf([]));

    /// <summary>What was written down; the beginning, if nothing was.</summary>
    /// <exception cref="IOException">It cannot be read, or is damaged.</exception>
    public static FilePlace Read(string path)
    {
        if (!File.Exists(path))
        {
            return Start;
        }

        string[] parts = File.ReadAllText(path).TrimEnd('\n').Split(' ');
        return parts.Length == 5
            && parts[4] == CrcOf(string.Join(' ', parts[..4]))
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int head)
            ? new FilePlace(offset, parts[1], head, parts[3])
            : throw new IOException($"{path} is damaged; delete it, and the file is read again from its beginning");
    }

    /// <summary>This place, if it is one of this file; else the beginning.</summary>
    /// <remarks>A place at the very beginning is one of every file: its name stays, so that what was stored before the
    /// place was written down is known.</remarks>
    public FilePlace In(SafeFileHandle file) =>
        RandomAccess.GetLength(file) >= Math.Max(Offset, HeadBytes) && HashOf(HeadOf(file, HeadBytes)) == HeadHash
            ? this
            : Start;

    /// <summary>Whether the file at a path is the one of this place.</summary>
    public bool IsSame(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.GetLength(file) >= Offset && HashOf(HeadOf(file, HeadBytes)) == HeadHash;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The place behind some more bytes.</summary>
    public FilePlace Behind(int bytes, SafeFileHandle file)
    {
        long offset = Offset + bytes;
        int head = (int)Math.Min(offset, HeadBytesMax);
        return head == HeadBytes
            ? this with { Offset = offset }
            : new FilePlace(offset, Generation, head, HashOf(HeadOf(file, head)));
    }

    /// <summary>What the line is called that begins so many bytes behind this place.</summary>
    public string NameOf(int bytes) => $"{Generation}-{Offset + bytes}";

    /// <summary>Writes it down. A crash leaves the old place or the new one.</summary>
    public void Write(string path)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{Offset} {Generation} {HeadBytes} {HeadHash}");
        AtomicFile.Replace(new SystemFiles(OwnFile), path, Encoding.ASCII.GetBytes($"{text} {CrcOf(text)}\n"));
    }

    private static string NewGeneration() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static byte[] HeadOf(SafeFileHandle file, int bytes)
    {
        byte[] head = new byte[bytes];
        int read = RandomAccess.Read(file, head, 0);
        return head[..read];
    }

    private static string HashOf(ReadOnlySpan<byte> head) => Convert.ToHexStringLower(SHA256.HashData(head));

    private static string CrcOf(string text) => $"{Crc32C.Compute(Encoding.ASCII.GetBytes(text)):x8}";
}
