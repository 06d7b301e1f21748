// One page of a simulated file: what programs see, and what the disk holds.
// Guarded by the lock of the file system that holds it.

namespace LedgerStore.Tests.Simulation;

/// <summary>Two pointers to bytes. An array that both sides share is never written again (copy on write).</summary>
internal struct FilePage
{
    /// <summary>What programs see; null is a hole of zeros.</summary>
    public byte[]? Cache;

    /// <summary>What the disk holds.</summary>
    public byte[]? Disk;

    public bool IsDirty;

    /// <summary>The page that all zeros share; never written.</summary>
    public static byte[] Zeros { get; } = new byte[FileNode.PageBytes];

    /// <summary>The bytes without what is behind the limit.</summary>
    public static byte[]? ZeroFrom(byte[]? bytes, int limit)
    {
        if (bytes is null || !bytes.AsSpan(limit).ContainsAnyExcept((byte)0))
        {
            return bytes;
        }

        byte[] copy = bytes.AsSpan().ToArray();
        copy.AsSpan(limit).Clear();
        return copy;
    }

    public void Write(int within, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == FileNode.PageBytes)
        {
            Cache = bytes.ContainsAnyExcept((byte)0) ? bytes.ToArray() : Zeros;
            return;
        }

        if (ReferenceEquals(Cache, Disk) || ReferenceEquals(Cache, Zeros))
        {
            Cache = Cache.AsSpan().ToArray();
        }

        bytes.CopyTo(Cache.AsSpan(within));
    }

    /// <summary>Brings some sectors to the disk.</summary>
    public void WriteBack(Func<bool> takesSector)
    {
        byte[] mixed = (Disk ?? Zeros).AsSpan().ToArray();
        for (int at = 0; at < FileNode.PageBytes; at += FileNode.SectorBytes)
        {
            if (takesSector())
            {
                (Cache ?? Zeros).AsSpan(at, FileNode.SectorBytes).CopyTo(mixed.AsSpan(at));
            }
        }

        Disk = mixed;
    }

    /// <summary>A dirty page after a power cut, sector by sector. It changes nothing here.</summary>
    public readonly byte[]? Crash(int limit, ICrashChooser chooser, SplitMix? garbage)
    {
        ReadOnlySpan<byte> old = Disk ?? Zeros;
        ReadOnlySpan<byte> written = Cache ?? Zeros;
        byte[]? result = null;
        for (int at = 0; at < limit; at += FileNode.SectorBytes)
        {
            ReadOnlySpan<byte> sector = written.Slice(at, FileNode.SectorBytes);
            if (sector.SequenceEqual(old.Slice(at, FileNode.SectorBytes)))
            {
                continue;
            }

            int options = garbage is not null && Disk is null ? 3 : 2;
            int choice = chooser.Choose(options);
            if (choice == 0)
            {
                continue;
            }

            result ??= old.ToArray();
            if (choice == options - 1)
            {
                sector.CopyTo(result.AsSpan(at));
            }
            else
            {
                garbage!.Fill(result.AsSpan(at, FileNode.SectorBytes));
            }
        }

        return result ?? Disk;
    }
}
