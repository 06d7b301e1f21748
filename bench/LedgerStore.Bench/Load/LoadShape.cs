// What a load is made of. Immutable.
namespace LedgerStore.Bench.Load;

/// <summary>Who appends how much at a time.</summary>
internal sealed record LoadShape
{
    public int Producers { get; init; } = 4;

    /// <summary>Batches that each producer has under way at most.</summary>
    public int Outstanding { get; init; } = 16;

    /// <summary>Records of a batch.</summary>
    public int Batch { get; init; } = 64;

    public int RecordBytes { get; init; } = 256;

    /// <summary>Every producer goes round all of them, one batch each.</summary>
    public int Ledgers { get; init; } = 1;

    public string Describe() =>
        $"{Producers} producers x {Outstanding} outstanding x {Batch} records of {RecordBytes} B, {Ledgers} ledgers";
}
