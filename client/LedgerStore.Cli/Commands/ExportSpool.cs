// The entries of an export while it is made: a file in the bundle's directory, so that memory does not bound how many
// there are. Written once, then read once, then removed. One thread.
using System.Buffers.Binary;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>Holds entries between reading them and proving them.</summary>
internal sealed class ExportSpool : IDisposable
{
    // Index and length.
    private const int HeadBytes = 12;

    private readonly FileStream _file;
    private readonly List<IndexRange> _ranges = [];

    public ExportSpool(string directory) => _file = new FileStream(
        Path.Combine(directory, "entries.unfinished"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 128 * 1024,
        });

    public ulong Count { get; private set; }

    /// <summary>The entry that was taken last; null: none was.</summary>
    public ulong? Last => _ranges.Count > 0 ? _ranges[^1].Last : null;

    /// <summary>Which entries they are; null: none.</summary>
    public IndexRanges? Entries => IndexRanges.Of(_ranges);

    /// <summary>Takes the next entry.</summary>
    public void Add(LedgerEntry entry)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(head, entry.Index);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], entry.Bytes.Length);
        _file.Write(head);
        _file.Write(entry.Bytes.Span);
        Count++;
        if (Last + 1 == entry.Index)
        {
            _ranges[^1] = _ranges[^1] with { Count = _ranges[^1].Count + 1 };
        }
        else
        {
            _ranges.Add(new IndexRange(entry.Index, 1));
        }
    }

    /// <summary>All of them, in their order.</summary>
    public IEnumerable<LedgerEntry> Read()
    {
        _file.Position = 0;
        byte[] head = new byte[HeadBytes];
        for (ulong left = Count; left > 0; left--)
        {
            _file.ReadExactly(head);
            byte[] bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8))];
            _file.ReadExactly(bytes);
            yield return new LedgerEntry(BinaryPrimitives.ReadUInt64LittleEndian(head), bytes);
        }
    }

    public void Dispose() => _file.Dispose();
}
