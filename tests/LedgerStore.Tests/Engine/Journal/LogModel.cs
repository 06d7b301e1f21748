// What must be true of a committed log after any crash: the committed records, and perhaps some of what was under way.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

/// <summary>The records of one log as its writer was told.</summary>
internal sealed class LogModel
{
    /// <summary>Null until the creation was acknowledged.</summary>
    public List<int>? Committed { get; private set; }

    /// <summary>Written, not acknowledged: any prefix of them may be there.</summary>
    public List<int> InFlight { get; } = [];

    /// <summary>A compaction under way: all of it or nothing.</summary>
    public List<int>? Rewrite { get; private set; }

    public void Append(CommittedLog log, params int[] numbers)
    {
        foreach (int number in numbers)
        {
            LogFixture.Append(log, number);
            InFlight.Add(number);
        }
    }

    public void BeginCreate() => Rewrite = [];

    public void BeginRewrite(CommittedLog log, params int[] numbers)
    {
        Rewrite = [.. numbers];
        log.BeginRewrite();
        foreach (int number in numbers)
        {
            LogFixture.Append(log, number);
        }
    }

    /// <summary>The commit was acknowledged.</summary>
    public void Confirm()
    {
        Committed = [.. Rewrite ?? Committed!, .. InFlight];
        InFlight.Clear();
        Rewrite = null;
    }

    public void Forget()
    {
        InFlight.Clear();
        Rewrite = null;
    }

    public bool Allows(List<int>? found) => found is null
        ? Committed is null
        : (Rewrite is not null && found.SequenceEqual(Rewrite))
            || (Committed is not null && found.Take(Committed.Count).SequenceEqual(Committed)
                && found.Count <= Committed.Count + InFlight.Count
                && found.Skip(Committed.Count).SequenceEqual(InFlight.Take(found.Count - Committed.Count)));

    public override string ToString() =>
        $"committed [{string.Join(',', Committed ?? [])}] in flight [{string.Join(',', InFlight)}]"
        + (Rewrite is null ? "" : $" rewrite [{string.Join(',', Rewrite)}]");

    /// <summary>Opens what a crash left, compares, and goes on with it: recovery, one more record, the next power cut.
    /// </summary>
    public static void Check(SimulatedFileSystem disk, LogModel model)
    {
        List<int>? found = Recover(disk, out CommittedLog? log);
        Assert.True(model.Allows(found), $"found [{string.Join(',', found ?? [])}], {model}");
        if (log is null)
        {
            return;
        }

        // What was found and committed again stays, however little the next power cut leaves.
        log.CommitNow();
        Assert.Equal(found, Recover(disk.Crash(new LoseAll()), out _));
        LogFixture.Append(log, 77);
        log.CommitNow();
        Assert.Equal([.. found!, 77], Recover(disk.Crash(new LoseAll()), out _));
    }

    /// <summary>The numbers found; null when there is no log.</summary>
    public static List<int>? Recover(SimulatedFileSystem disk, out CommittedLog? log)
    {
        log = null;
        if (!disk.Exists(LogFixture.LogPath))
        {
            return null;
        }

        log = LogFixture.Open(disk, FileAccessMode.ReadWrite, out List<int> numbers);
        return numbers;
    }
}
