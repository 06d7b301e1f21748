// A ledger's watch over entries that a test makes: time goes by as the test says, and what is found is kept in order.

using System.Text;
using LedgerStore.Guard;
using LedgerStore.Tests.Fields;

namespace LedgerStore.Tests.Guard;

/// <summary>Rules, entries, and what comes of them.</summary>
internal sealed class WatchBench
{
    public const long Second = 1_000_000;
    public const long Minute = 60 * Second;
    public const long Day = 24 * 60 * Minute;

    /// <summary>Monday, 2026-11-02, 00:00 UTC.</summary>
    public const long Start = 1_793_577_600 * Second;

    public const string Header = """
        version: 1
        ledgers:
          pay:
            names: [pay]
            fields: |
              field who text
              path who
              field what text prefix=.
              path what
              field thing text
              path thing
              field size number
              path size
              field n number
              path n
        builtin: { without: [producer-silent, unreadable-records] }
        rules:

        """;

    private readonly RuleFile _file;

    public WatchBench(string rules)
    {
        _file = RuleFileReader.Parse(Encoding.UTF8.GetBytes(Header + rules), "rules.yaml");
        Watch = Make();
        foreach (RuleWatch rule in Watch.Rules)
        {
            rule.Begin(0, Start);
        }

        Watch.Start(0, 0);
    }

    public LedgerWatch Watch { get; private set; }

    public List<Alert> Found { get; } = [];

    /// <summary>What was found, in short: state, rule, group, seconds since the start, indexes.</summary>
    public IEnumerable<string> Told => Found.Select(static one =>
        $"{(one.IsFiring ? "fires" : "ends")} {one.Rule} [{string.Join(' ', one.Group.Select(static v => v.Value))}] "
        + $"at {(one.At - Start) / Second} by {string.Join(',', one.Cause.Indexes)}");

    /// <summary>An entry comes so many seconds after the start.</summary>
    public void Add(double seconds, string json, string producer = "") => Add(
        EntryMaker.Entry(
            Encoding.UTF8.GetBytes(json), Start + (long)(seconds * Second), "application/json", producer: producer));

    public void Add(byte[] entry)
    {
        Watch.Take(Watch.Next, entry);
        Found.AddRange(Watch.TakeFound());
    }

    /// <summary>Everything before a time has come.</summary>
    public void Pass(double seconds)
    {
        Watch.Pass(Start + (long)(seconds * Second));
        Found.AddRange(Watch.TakeFound());
    }

    /// <summary>Goes on as another process does, from what this one wrote into its file.</summary>
    public void Restart(string directory)
    {
        new StateFile(directory, "store/").Save(Watch.Save());
        Watch = Make();
        Watch.Restore(new StateFile(directory, "store/").Load("pay")!);
    }

    private LedgerWatch Make()
    {
        WatchedLedgers about = _file.Of("pay")!;
        return new LedgerWatch("pay", about, _file.RulesOf(about), _file.Sha256);
    }
}
