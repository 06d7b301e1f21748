// What every parser of this library throws, and the only thing it throws: what is wrong, and where.
namespace LedgerStore.Proofs;

/// <summary>Bytes that are not what their format demands.</summary>
public sealed class MalformedDataException : Exception
{
    public MalformedDataException(string what, long offset)
        : base($"{what} (at byte {offset})")
    {
        What = what;
        Offset = offset;
    }

    public MalformedDataException(string what, long offset, Exception cause)
        : base($"{what} (at byte {offset})", cause)
    {
        What = what;
        Offset = offset;
    }

    public string What { get; }

    /// <summary>Where in the input the parser stopped believing it.</summary>
    public long Offset { get; }
}
