// What reading a segment throws when its bytes are not what they must be. The reader turns it into DataLoss for the
// range; recovery and the scrubber report it. Immutable: any thread.

namespace LedgerStore.Engine.Segments;

/// <summary>Bytes of a segment file are damaged, missing, or belong elsewhere.</summary>
internal sealed class BlockDamagedException : IOException
{
    public BlockDamagedException(string file, long offset, string what)
        : base(Describe(file, offset, what))
    {
        File = file;
        Offset = offset;
        What = what;
    }

    public BlockDamagedException(string file, long offset, string what, Exception cause)
        : base(Describe(file, offset, what), cause)
    {
        File = file;
        Offset = offset;
        What = what;
    }

    public string File { get; }

    /// <summary>Where in the file the reader stopped believing it.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string What { get; }

    private static string Describe(string file, long offset, string what) =>
        $"'{file}' is damaged at byte {offset}: {what}. Restore the segment from a copy; its hashes tell whether the "
        + "copy is the same";
}
