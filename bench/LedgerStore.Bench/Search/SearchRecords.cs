// Audit records for searches: 2,000 people, 60 calls, 200,000 resources, 3,000 addresses, three outcomes, and a
// request id that is there once. A record is a function of its number, so every store gets the same ones. Immutable;
// any thread.
using System.Globalization;
using System.Text;

namespace LedgerStore.Bench.Search;

internal static class SearchRecords
{
    /// <summary>The columns of a table, in the order of <see cref="Values"/>.</summary>
    public static IReadOnlyList<string> Fields { get; } =
        ["who", "what", "resource", "address", "outcome", "request"];

    private const long FirstMillis = 1_764_000_000_000;
    private static readonly string[] s_outcomes = ["Success", "Success", "Success", "Failure", "Unknown"];

    public static string[] Values(long number) =>
    [
        // The smaller a number, the more often: as people and resources are.
        string.Create(CultureInfo.InvariantCulture, $"user-{Skewed(number, 1, 2_000):0000}"),
        string.Create(CultureInfo.InvariantCulture, $"service-{Hash(number, 2) % 6}.call-{Hash(number, 3) % 10}"),
        string.Create(CultureInfo.InvariantCulture, $"invoice/{Skewed(number, 4, 200_000):000000}"),
        string.Create(
            CultureInfo.InvariantCulture, $"10.0.{Hash(number, 5) % 12}.{Hash(number, 6) % 250}"),
        s_outcomes[Hash(number, 7) % (ulong)s_outcomes.Length],
        Request(number),
    ];

    public static string Request(long number) => Hash(number, 8).ToString("x16", CultureInfo.InvariantCulture);

    public static byte[] Json(long number)
    {
        string[] values = Values(number);
        string record = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"time":{{{FirstMillis + number}}},"class_uid":6003,"activity_id":2,"severity_id":1,
            "actor":{"user":{"name":"{{{values[0]}}}"}},
            "api":{"operation":"{{{values[1]}}}","request":{"uid":"{{{values[5]}}}"}},
            "resources":[{"name":"{{{values[2]}}}"}],"src_endpoint":{"ip":"{{{values[3]}}}"},
            "status":"{{{values[4]}}}","metadata":{"version":"1.3.0"}}
            """);
        return Encoding.UTF8.GetBytes(record.Replace("\n", "", StringComparison.Ordinal));
    }

    private static ulong Skewed(long number, ulong salt, ulong count)
    {
        double even = (Hash(number, salt) >> 11) * (1.0 / (1UL << 53));
        return (ulong)(even * even * count);
    }

    // SplitMix64's finish: every bit of the number reaches every bit.
    private static ulong Hash(long number, ulong salt)
    {
        ulong hash = ((ulong)number * 0x9E37_79B9_7F4A_7C15) + (salt * 0xD1B5_4A32_D192_ED03);
        hash = (hash ^ (hash >> 30)) * 0xBF58_476D_1CE4_E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D0_49BB_1331_11EB;
        return hash ^ (hash >> 31);
    }
}
