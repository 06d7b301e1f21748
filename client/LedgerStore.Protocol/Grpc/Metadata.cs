// A call's headers or trailers, without those of HTTP and of gRPC itself. Names are lower case; a name that ends in
// "-bin" has bytes as its value. Not thread-safe: filled by one thread, then only read.

using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LedgerStore.Protocol.Grpc;

/// <summary>Ordered name-value pairs of a call; a name may occur more than once.</summary>
public sealed class Metadata : IEnumerable<Metadata.Entry>
{
    private const string BinarySuffix = "-bin";
    private readonly List<Entry> entries = [];
    private bool isFrozen;

    /// <summary>No metadata. It cannot be added to.</summary>
    public static Metadata Empty { get; } = new() { isFrozen = true };

    /// <summary>The number of pairs.</summary>
    public int Count => entries.Count;

    /// <summary>The first value of a name that does not end in <c>-bin</c>, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (Entry entry in entries)
            {
                if (entry.Text is not null && entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return entry.Text;
                }
            }

            return null;
        }
    }

    /// <summary>Adds printable ASCII text.</summary>
    public void Add(string name, string value)
    {
        string lower = Checked(name);
        if (lower.EndsWith(BinarySuffix, StringComparison.Ordinal))
        {
            throw new ArgumentException($"metadata \"{lower}\" ends in -bin: its value must be bytes", nameof(value));
        }

        foreach (char letter in value)
        {
            if (letter is < ' ' or > '~')
            {
                throw new ArgumentException(
                    $"metadata \"{lower}\" has the character U+{(int)letter:X4}; text is printable ASCII, " +
                    "other values belong under a name that ends in -bin", nameof(value));
            }
        }

        entries.Add(new Entry(lower, value, Bytes: null));
    }

    /// <summary>Adds bytes under a name that ends in <c>-bin</c>.</summary>
    public void Add(string name, byte[] value)
    {
        string lower = Checked(name);
        if (!lower.EndsWith(BinarySuffix, StringComparison.Ordinal))
        {
            throw new ArgumentException($"metadata \"{lower}\" does not end in -bin: its value is text", nameof(name));
        }

        entries.Add(new Entry(lower, Text: null, value));
    }

    /// <summary>The first value of a name that ends in <c>-bin</c>.</summary>
    public bool TryGetBytes(string name, [NotNullWhen(true)] out byte[]? value)
    {
        foreach (Entry entry in entries)
        {
            if (entry.Bytes is not null && entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = entry.Bytes;
                return true;
            }
        }

        value = null;
        return false;
    }

    public List<Entry>.Enumerator GetEnumerator() => entries.GetEnumerator();

    IEnumerator<Entry> IEnumerable<Entry>.GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => entries.GetEnumerator();

    /// <summary>Adds a header as it came from the wire: reserved names and bad base64 are dropped.</summary>
    internal void AddFromWire(string name, string value)
    {
        if (HeaderNames.IsReserved(name))
        {
            return;
        }

        string lower = name.ToLowerInvariant();
        if (!lower.EndsWith(BinarySuffix, StringComparison.Ordinal))
        {
            entries.Add(new Entry(lower, value, Bytes: null));
            return;
        }

        // Peers may join several values of one binary name with commas, which base64 does not use.
        foreach (Range part in value.AsSpan().Split(','))
        {
            if (BinaryHeader.TryDecode(value.AsSpan(part).Trim(' '), out byte[]? bytes))
            {
                entries.Add(new Entry(lower, Text: null, bytes));
            }
        }
    }

    private string Checked(string name)
    {
        if (isFrozen)
        {
            throw new InvalidOperationException("Metadata.Empty cannot be added to; make a new Metadata");
        }

        foreach (Rune letter in name.EnumerateRunes())
        {
            bool isLegal = letter.IsAscii
                && (char.IsAsciiLetterOrDigit((char)letter.Value) || letter.Value is '-' or '_' or '.');
            if (!isLegal)
            {
                throw new ArgumentException(
                    $"metadata name \"{name}\" may have letters, digits, '-', '_' and '.' only", nameof(name));
            }
        }

        if (HeaderNames.IsReserved(name))
        {
            throw new ArgumentException($"metadata name \"{name}\" belongs to HTTP or gRPC itself", nameof(name));
        }

        return name.ToLowerInvariant();
    }

    /// <summary>One pair; exactly one of the values is set.</summary>
    /// <param name="Name">In lower case.</param>
    /// <param name="Text">The value, unless the name ends in <c>-bin</c>.</param>
    /// <param name="Bytes">The value of a name that ends in <c>-bin</c>.</param>
    public readonly record struct Entry(string Name, string? Text, byte[]? Bytes)
    {
        /// <summary>The value as it is on the wire.</summary>
        internal string WireValue => Text ?? BinaryHeader.Encode(Bytes);
    }
}
