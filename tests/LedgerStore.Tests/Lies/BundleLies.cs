// Lies about entries inside a bundle: each field of an entry, and entries left out, twice, exchanged, with a count that
// fits.
// Pure functions; any thread.

using Google.Protobuf;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Tests.Lies;

internal static class BundleLies
{
    /// <param name="fields">The lies about the fields of an entry.</param>
    internal static IEnumerable<FieldLie> Of(IEnumerable<FieldLie> fields)
    {
        foreach (FieldLie field in fields)
        {
            yield return field with
            {
                Change = Change(entries => entries[^1] = ChangeEntry(entries[^1], field.Change)),
            };
        }

        const string Bundle = "Entries.bundle";
        yield return new(Bundle, "without its first entry", Change(static entries => entries.RemoveAt(0)));
        yield return new(
            Bundle, "without its last entry", Change(static entries => entries.RemoveAt(entries.Count - 1)));
        yield return new(Bundle, "its first entry twice", Change(static entries => entries.Insert(0, entries[0])));
        yield return new(Bundle, "its last entry twice", Change(static entries => entries.Add(entries[^1])));
        yield return new(Bundle, "its entries in reverse", Change(static entries => entries.Reverse()));
        yield return new(Bundle, "an entry without bytes", Change(static entries => entries[0] = []));
    }

    private static byte[] ChangeEntry(byte[] bytes, Action<IMessage> change)
    {
        Entry entry = Entry.Parser.ParseFrom(bytes);
        change(entry);
        return entry.ToByteArray();
    }

    private static Action<IMessage> Change(Action<List<byte[]>> change) => message =>
    {
        Entries told = (Entries)message;
        List<byte[]> entries = Split(told.Bundle.Span);
        if (entries.Count == 0)
        {
            return;
        }

        change(entries);
        using MemoryStream bundle = new();
        foreach (byte[] entry in entries)
        {
            bundle.WriteByte((byte)(entry.Length >> 8));
            bundle.WriteByte((byte)entry.Length);
            bundle.Write(entry);
        }

        told.Count = (uint)entries.Count;
        told.Bundle = ByteString.CopyFrom(bundle.ToArray());
    };

    internal static List<byte[]> Split(ReadOnlySpan<byte> bundle)
    {
        List<byte[]> entries = [];
        while (bundle.Length > 2)
        {
            int length = (bundle[0] << 8) | bundle[1];
            entries.Add(bundle.Slice(2, length).ToArray());
            bundle = bundle[(2 + length)..];
        }

        return entries;
    }
}
