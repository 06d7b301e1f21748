// The exercises of a drill: each spoils a copy in one way, and lets what runs every day look at it. One thread.
using System.Diagnostics;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Guard;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>What came of one exercise.</summary>
/// <param name="Planted">What was done; empty: nothing, and nothing is to be found.</param>
/// <param name="NoticedBy">What noticed it; empty: nothing did.</param>
/// <param name="Said">What that said.</param>
internal sealed record DrillResult(string Exercise, string Planted, string NoticedBy, string Said, TimeSpan Took)
{
    /// <summary>What was planted was noticed, or nothing was, and nothing was.</summary>
    public bool IsRight => Planted.Length > 0 == NoticedBy.Length > 0;
}

/// <summary>Plants and looks.</summary>
internal static class DrillExercises
{
    private const string Verify = "ledger verify --data";

    /// <summary>The copy as it is: who finds something here finds too much.</summary>
    public static DrillResult Untouched(DrillSandbox sandbox) =>
        Look("an honest copy", "", sandbox, sandbox.CopyOf(sandbox.Data, "honest"));

    /// <summary>One byte of a record's file.</summary>
    public static DrillResult ChangedByte(DrillSandbox sandbox)
    {
        string copy = sandbox.CopyOf(sandbox.Data, "changed");
        string file = Directory.GetFiles(copy, "*.seg", SearchOption.AllDirectories)
            .MaxBy(static one => new FileInfo(one).Length)
            ?? throw new UsageException("the copy has no segment file", "please report this");
        byte[] bytes = File.ReadAllBytes(file);
        int at = Array.FindIndex(bytes, bytes.Length / 2, static one => one != 0);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
        return Look(
            "a changed byte", $"byte {at} of {Path.GetRelativePath(copy, file)} was changed", sandbox, copy);
    }

    /// <summary>A copy from before, in the place of the store.</summary>
    public static DrillResult OlderCopy(DrillSandbox sandbox) => Look(
        "a rollback", "the store was put back to an older copy, with half of the entries", sandbox,
        sandbox.CopyOf(sandbox.Older, "rolled-back"));

    /// <summary>Whoever writes most writes no more: a rule about silence, with three times the longest pause.</summary>
    public static DrillResult LostProducer(string ledger, IReadOnlyList<LedgerEntry> entries)
    {
        long began = Stopwatch.GetTimestamp();
        bool hasProducers = entries.Any(static one => one.Producer.Length > 0);
        string Of(LedgerEntry entry) => hasProducers ? entry.Producer : entry.Appender;
        string lost = entries.GroupBy(Of).Where(static one => one.Key.Length > 0).MaxBy(static one => one.Count())?.Key
            ?? string.Empty;
        int half = entries.Count / 2;
        long[] times = [.. entries.Where(one => Of(one) == lost).Select(static one => Micros.Of(one.Received))];
        long pause = times.Zip(times.Skip(1), static (one, next) => next - one).Append(Micros.Second).Max();
        WatchedLedgers about = new(ledger, [], LedgerStore.Fields.IndexSpec.Of([]));
        Rule rule = new()
        {
            Name = "lost-producer",
            Kind = RuleKind.Silence,
            Ledgers = about,
            By = [hasProducers ? "@producer" : "@appender"],
            Within = 3 * pause,
            Says = "nothing came for {within}",
            Do = "d",
        };
        LedgerWatch watch = new(ledger, about, [rule], "");
        watch.Rules[0].Begin(0, times[0]);
        watch.Start(entries[0].Index, 0);
        List<Alert> found = [];
        for (int i = 0; i < entries.Count; i++)
        {
            if (i < half || Of(entries[i]) != lost)
            {
                watch.Take(entries[i].Index, entries[i].Bytes.Span);
            }

            found.AddRange(watch.TakeFound());
        }

        watch.Pass(Math.Max(watch.Clock, times[^1]) + (4 * pause));
        found.AddRange(watch.TakeFound());
        Alert? told = found.FirstOrDefault(one => one.IsFiring && one.Group[0].Value == lost);
        return new DrillResult(
            "a lost producer",
            $"nothing of '{lost}' was let through from entry {entries[half].Index} on",
            told is null ? "" : "ledger guard",
            told is null ? "" : $"{told.Says}, {Micros.TextOf(told.At - told.Cause.Last)} after its last entry",
            Stopwatch.GetElapsedTime(began));
    }

    private static DrillResult Look(string exercise, string planted, DrillSandbox sandbox, string directory)
    {
        long began = Stopwatch.GetTimestamp();
        VerifyReport report = StoreVerifier.Verify(
            DirectoryVerification.OptionsFor(directory, [VerifierKey.Parse(sandbox.VerifierKey)]) with
            {
                TrustedCheckpoints = [TrustedCheckpoint.Parse(sandbox.Kept)],
            });
        return new DrillResult(
            exercise, planted, report.IsVerified ? "" : Verify,
            report.Findings.Count == 0 ? "" : report.Findings[0].Evidence, Stopwatch.GetElapsedTime(began));
    }
}
