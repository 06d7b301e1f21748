// The name of a key: what a signature line begins with. C2SP signed-note: not empty, no Unicode space, no '+'.
// Immutable, any thread.
using System.Text;

namespace LedgerStore.Proofs;

/// <summary>A valid key name, with its UTF-8 bytes at hand.</summary>
public sealed class KeyName : IEquatable<KeyName>
{
    /// <summary>The formats that bind a name into a signature give its length one byte (tlog-cosignature).</summary>
    public const int BytesMax = 255;

    private readonly byte[] _utf8;

    private KeyName(byte[] utf8)
    {
        _utf8 = utf8;
        Text = Encoding.UTF8.GetString(utf8);
    }

    public string Text { get; }

    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>The name, or <see cref="MalformedDataException"/> saying what is wrong with it.</summary>
    public static KeyName Parse(ReadOnlySpan<byte> name)
    {
        if (name.Length > BytesMax)
        {
            throw new MalformedDataException(
                $"a key name of {name.Length} bytes exceeds the limit of {BytesMax}", BytesMax);
        }

        return IsWellFormed(name)
            ? new KeyName(name.ToArray())
            : throw new MalformedDataException(
                "a key name is not empty and has no space, control character, '+' or broken UTF-8", 0);
    }

    public static KeyName Parse(string name) => Parse(Encoding.UTF8.GetBytes(name));

    /// <summary>The rule of signed-note, which has no limit of length.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || !System.Text.Unicode.Utf8.IsValid(name))
        {
            return false;
        }

        while (!name.IsEmpty)
        {
            _ = Rune.DecodeFromUtf8(name, out Rune rune, out int length);
            if (rune.Value < 0x20 || rune.Value == '+' || Rune.IsWhiteSpace(rune))
            {
                return false;
            }

            name = name[length..];
        }

        return true;
    }

    public bool Equals(KeyName? other) => other is not null && other.Utf8.SequenceEqual(Utf8);

    public override bool Equals(object? obj) => Equals(obj as KeyName);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
