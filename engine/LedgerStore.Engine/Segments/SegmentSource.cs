// What readers see of a segment, sealed or open. Any thread.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>A segment that can be read.</summary>
internal abstract class SegmentSource
{
    public abstract SegmentIdentity Identity { get; }

    public abstract string Path { get; }

    /// <summary>Entries that its blocks hold: 65,536 when sealed.</summary>
    public abstract int Entries { get; }

    /// <summary>The time of its first entry. Only asked when it has one.</summary>
    public abstract long FirstMicros { get; }

    /// <summary>The time of its last entry. Only asked when it has one.</summary>
    public abstract long LastMicros { get; }

    /// <summary>What its bundles decode to, without those that have expired; 0 when the file cannot be read.</summary>
    public abstract long RawBytes { get; }

    /// <summary>Access to the file, to be disposed soon.</summary>
    /// <returns>False when the segment was replaced or closed: look it up again.</returns>
    /// <exception cref="BlockDamagedException">The file is not what it must be.</exception>
    /// <exception cref="Files.StorageException">It cannot be opened.</exception>
    public abstract bool TryEnter(out SegmentAccess access);

    /// <summary>The first rows of its directory, read at once.</summary>
    /// <returns>None when the segment was replaced or closed.</returns>
    /// <exception cref="BlockDamagedException">As of <see cref="TryEnter"/>.</exception>
    public DirectoryRow[] ReadRows(int bundles)
    {
        if (bundles == 0 || !TryEnter(out SegmentAccess access))
        {
            return [];
        }

        DirectoryRow[] rows = new DirectoryRow[bundles];
        try
        {
            access.ReadRows(rows);
            return rows;
        }
        finally
        {
            access.Dispose();
        }
    }
}
