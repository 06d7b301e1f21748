// Who writes what: the writers of a campaign and their ledgers, the same in every process. Constants; any thread.
namespace LedgerStore.Campaigns.Load;

/// <summary>The parts that writers play.</summary>
internal static class Stage
{
    public const int Ledgers = 3;
    public const int Writers = 6;

    public static IEnumerable<string> LedgerNames => Enumerable.Range(0, Ledgers).Select(LedgerName);

    public static string LedgerName(int number) => $"campaign.{number}";

    public static string Producer(int writer) => $"writer-{writer}";

    /// <summary>The ledger of a producer, by the number in its name.</summary>
    public static string LedgerOf(string producer) =>
        LedgerName(int.Parse(producer["writer-".Length..]) % Ledgers);

    /// <summary>Half of the writers send one batch after the other, the others a stream of them.</summary>
    public static bool IsStream(int writer) => writer / Ledgers % 2 == 1;
}
