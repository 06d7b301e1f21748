// What came of comparing indexes, counted, and how it is told: from a server and from a directory. Owned by one run.
using System.Text.Json;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Counts segments.</summary>
internal sealed class IndexTally(string ledger, string indexLedger)
{
    private readonly ulong[] _counts = new ulong[Enum.GetValues<ComparedState>().Length];

    public ulong Segments { get; private set; }

    public ComparedSegment? FirstFalse { get; private set; }

    /// <summary>All of it is as it was signed, but for what has expired; what was not compared is counted.</summary>
    public Verdict Verdict => FirstFalse is not null ? Verdict.NotVerified
        : Of(ComparedState.Unreadable) + Of(ComparedState.NotIndexed) > 0 ? Verdict.NotWhole
        : Verdict.Verified;

    /// <summary>Counts a segment; null is none.</summary>
    public void Add(ComparedSegment? segment)
    {
        if (segment is null)
        {
            return;
        }

        Segments++;
        _counts[(int)segment.State]++;
        if (segment.State == ComparedState.False)
        {
            FirstFalse ??= segment;
        }
    }

    /// <returns>The exit code.</returns>
    public int Print(Run run, string name)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, Write);
            return Verdicts.ExitCodeOf(Verdict);
        }

        run.Verdict(Verdict, name);
        foreach (string line in Lines())
        {
            run.Line($"  {line}");
        }

        return Verdicts.ExitCodeOf(Verdict);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteBoolean("verified", Verdict == Verdict.Verified);
        json.WriteString("verdict", Verdicts.NameOf(Verdict));
        json.WriteString("ledger", ledger);
        json.WriteString("index_ledger", indexLedger);
        json.WriteNumber("segments", Segments);
        json.WriteNumber("same", Of(ComparedState.Same));
        json.WriteNumber("false", Of(ComparedState.False));
        json.WriteNumber("not_indexed", Of(ComparedState.NotIndexed));
        json.WriteNumber("expired", Of(ComparedState.Expired));
        json.WriteNumber("unreadable", Of(ComparedState.Unreadable));
        if (FirstFalse is { } first)
        {
            json.WriteNumber("first_false_segment", first.Segment);
            json.WriteString("problem", first.Problem);
        }
    }

    public IEnumerable<string> Lines()
    {
        yield return $"the index of {Of(ComparedState.Same)} of {Segments} complete segments of {ledger} was built "
            + "again from their entries, and is the one that was signed";
        if (FirstFalse is { } first)
        {
            yield return $"of {Of(ComparedState.False)} it is false. Segment {first.Segment}: {first.Problem}";
        }

        if (Of(ComparedState.Expired) > 0)
        {
            yield return $"{Of(ComparedState.Expired)} have expired, at least in part: nobody can build their index "
                + "again";
        }

        if (Of(ComparedState.NotIndexed) > 0)
        {
            yield return $"{Of(ComparedState.NotIndexed)} are not indexed yet: a search is sent all of their entries";
        }

        if (Of(ComparedState.Unreadable) > 0)
        {
            yield return $"{Of(ComparedState.Unreadable)} could not be read whole: nothing is known of their index";
        }
    }

    private ulong Of(ComparedState state) => _counts[(int)state];
}
