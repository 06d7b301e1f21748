// What an operator lets a server do with its store: usually everything, less when something is wrong with the disk or
// with the data. Constants.
namespace LedgerStore.Server.Hosting;

/// <summary>What a server does with its store.</summary>
internal enum StoreAccess
{
    Write,

    /// <summary>The same, and begins a new anchor where it is missing, which is recorded.</summary>
    WriteNewAnchor,

    /// <summary>Changes nothing and signs nothing: for a read-only mount, a snapshot, a full disk.</summary>
    Read,

    /// <summary>The same, although the data contradicts what was signed.</summary>
    ReadSuspect,
}

/// <summary>How it is said on the command line.</summary>
internal static class StoreAccesses
{
    private const string ReadFlag = "--read-only";
    private const string ReadSuspectFlag = "--read-only-suspect";
    private const string NewAnchorFlag = "--accept-missing-anchor";

    public static IReadOnlyList<string> Flags { get; } = [ReadFlag, ReadSuspectFlag, NewAnchorFlag];

    public static StoreAccess Of(CommandLine line) =>
        line.Has(ReadSuspectFlag) ? StoreAccess.ReadSuspect
        : line.Has(ReadFlag) ? StoreAccess.Read
        : line.Has(NewAnchorFlag) ? StoreAccess.WriteNewAnchor
        : StoreAccess.Write;
}
