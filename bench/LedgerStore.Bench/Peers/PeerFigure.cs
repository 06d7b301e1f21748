// What one counted run of one peer gave. Immutable.
namespace LedgerStore.Bench.Peers;

/// <param name="Calls">Acknowledgements: one for each call, however many records it carried.</param>
internal sealed record PeerFigure(long Records, long Calls, double Seconds, double P50Micros, double P99Micros)
{
    public double RecordsPerSecond => Records / Seconds;
}
