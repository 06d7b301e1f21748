// What readers see of a segment, sealed or open: its blocks by number, and access to its bytes. Any thread.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>A segment file that can be read.</summary>
internal abstract class SegmentSource
{
    public abstract SegmentIdentity Identity { get; }

    public abstract string Path { get; }

    /// <summary>Entries that its blocks hold: 65,536 when sealed.</summary>
    public abstract int Entries { get; }

    /// <summary>Finds the newest block of a bundle.</summary>
    public abstract bool TryFind(int bundle, out BlockPlace place);

    /// <summary>Access to the bytes, to be disposed soon.</summary>
    /// <returns>False when the segment was replaced or closed: look it up again.</returns>
    public abstract bool TryEnter(out SegmentAccess access);
}
