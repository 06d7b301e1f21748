// What one counted run of one peer gave. Immutable.
namespace LedgerStore.Bench.Peers;

/// <param name="Calls">Acknowledgements: one for each call, however many records it carried.</param>
internal sealed record PeerFigure(long Records, long Calls, double Seconds, double P50Micros, double P99Micros)
{
    /// <summary>Processor time of the peer's own processes; callers are not among them.</summary>
    public double CpuSeconds { get; init; }

    public double CpuMicrosPerRecord => CpuSeconds * 1e6 / Math.Max(1, Records);

    public double RecordsPerSecond => Records / Seconds;
}
