// What a campaign is told on the command line. Immutable; any thread.
using System.Globalization;
using LedgerStore.Campaigns.Senders;

namespace LedgerStore.Campaigns;

/// <summary>The command line.</summary>
/// <param name="Out">A file to which the result is added, as a line of JSON.</param>
/// <param name="Planted">The fault that is planted into the server; null: it is the built one.</param>
internal sealed record Options(
    string Campaign, ulong Seed, TimeSpan For, string? Out, string? Planted, string ServerDll)
{
    /// <summary>Events of each sender of `intake`; null: as many as are due in its time.</summary>
    private int? RecordsAsked { get; init; }

    /// <summary>The senders of `intake` that were asked for; null: all.</summary>
    private string? SendersAsked { get; init; }

    public const string Usage = """
        dotnet run --project tests/LedgerStore.Campaigns -- CAMPAIGN [--seed N] [--for 30s|5m|2h] [--out FILE]

          kill      SIGKILL and SIGTERM at any moment, to the server and to its client
          calls     system calls of the server that fail or take long
          damage    every file of a store removed, emptied, cut, zeroed at its head
          disk      the disk under the store fails, is slow, is full, heals, loses its power with a cache
          flood     callers, strangers, followers and names without end beside a good client
          intake    intake and store killed, away, without room under every real sender
                    [--records N] [--senders curl,rsyslog,...]
          soak      everything that does not stop the server, at once; what it holds, minute by minute
          power-ext4, power-xfs   the file system under the store loses its power
          quick     every campaign for its share of --for (4m), and planted faults that must be found
          planted   builds the server with planted faults; each must be found [--fault NAME]
          table     FILE...: results as a table for docs/RELIABILITY.md
        """;

    private const int RecordsPerSecond = 300;
    private static readonly TimeSpan s_ofQuick = TimeSpan.FromMinutes(4);
    private static readonly string[] s_names = ["--seed", "--for", "--out", "--fault", "--records", "--senders"];

    public string Command => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run --project tests/LedgerStore.Campaigns -- {Campaign} --seed {Seed} --for {For.TotalSeconds}s")
        + (RecordsAsked is { } records ? $" --records {records}" : "")
        + (SendersAsked is { } senders ? $" --senders {senders}" : "");

    public int Records => RecordsAsked ?? (int)Math.Clamp(For.TotalSeconds * RecordsPerSecond, 100, 100_000);

    public string[] Senders => SendersAsked?.Split(',') ?? SenderCast.All;

    /// <summary>Null: it is no such command line.</summary>
    public static Options? Parse(IReadOnlyList<string> arguments)
    {
        Options options = new(
            arguments[0],
            (ulong)Random.Shared.Next(1, 1_000_000),
            arguments[0] == "quick" ? s_ofQuick : TimeSpan.FromMinutes(1),
            null,
            null,
            Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"));
        for (int i = 1; i < arguments.Count; i += 2)
        {
            if (!s_names.Contains(arguments[i]) || i + 1 == arguments.Count)
            {
                return null;
            }

            string value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--seed" => options with { Seed = ulong.Parse(value, CultureInfo.InvariantCulture) },
                "--for" => options with { For = Time(value) },
                "--records" => options with { RecordsAsked = int.Parse(value, CultureInfo.InvariantCulture) },
                "--senders" => options with { SendersAsked = value },
                "--fault" => options with { Planted = value },
                _ => options with { Out = value },
            };
        }

        return options;
    }

    private static TimeSpan Time(string text)
    {
        double number = double.Parse(text[..^1], CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new FormatException($"a time is 30s, 5m or 2h, not {text}"),
        };
    }
}
