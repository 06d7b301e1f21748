// Runs a short history once for each point where the power can fail, and checks every disk that may be left behind.
// One test, one explorer; deterministic.

namespace LedgerStore.Tests.Simulation;

/// <summary>Exhaustive where that is possible, corners and a seeded sample where it is not.</summary>
internal static class CrashExplorer
{
    /// <summary>Twelve sectors in every combination.</summary>
    public const int ExhaustiveMax = 1 << 12;

    /// <summary>The disks that a power cut now may leave: all of them if there are no more than the limit.</summary>
    public static IEnumerable<(SimulatedFileSystem Disk, string Choice)> Crashes(
        SimulatedFileSystem before, int limit, ulong seed)
    {
        OneExceptionChooser counting = new(new KeepAll(), new KeepAll(), at: -1);
        _ = before.Crash(counting);
        if (counting.Combinations <= limit)
        {
            ExhaustiveChooser every = new();
            while (every.Next())
            {
                yield return (before.Crash(every), every.ToString());
            }

            yield break;
        }

        yield return (before.Crash(new LoseAll()), "all lost");
        yield return (before.Crash(new KeepAll()), "all kept");
        int corners = Math.Min(counting.Questions, limit / 3);
        for (int i = 0; i < corners; i++)
        {
            yield return (before.Crash(new OneExceptionChooser(new KeepAll(), new LoseAll(), i)), $"lost only {i}");
            yield return (before.Crash(new OneExceptionChooser(new LoseAll(), new KeepAll(), i)), $"kept only {i}");
        }

        for (ulong i = 0; i < (ulong)Math.Max(0, limit - (2 * corners) - 2); i++)
        {
            yield return (before.Crash(new SeededChooser(seed + i)), $"seed {seed + i}");
        }
    }

    /// <summary>
    /// Runs the history, cuts the power before each call that changes something (and at the end), and checks.
    /// </summary>
    /// <param name="create">A fresh file system, with the same content each time.</param>
    /// <param name="history">What the program does. It fills the model with what must survive.</param>
    /// <param name="check">Opens the disk after the crash and compares it with the model.</param>
    /// <returns>How many disks were checked.</returns>
    public static int EveryCrashPoint<TModel>(
        Func<SimulatedFileSystem> create,
        Action<SimulatedFileSystem, TModel> history,
        Action<SimulatedFileSystem, TModel> check,
        int limit)
        where TModel : new()
    {
        SimulatedFileSystem whole = create();
        long firstCall = whole.CallCount;
        TModel complete = new();
        history(whole, complete);
        int checkedDisks = CheckAll(whole, complete, check, limit);
        foreach (SimulatedCall call in whole.Trace)
        {
            if (call.Mutates && call.Number > firstCall)
            {
                (SimulatedFileSystem cut, TModel model) =
                    RunUntil(create, history, FaultPlans.At(call.Number, SimulatedFault.CrashBefore));
                checkedDisks += CheckAll(cut, model, check, limit);
            }
        }

        return checkedDisks;
    }

    /// <summary>Runs the history under a fault plan that ends in a power cut.</summary>
    public static (SimulatedFileSystem FileSystem, TModel Model) RunUntil<TModel>(
        Func<SimulatedFileSystem> create,
        Action<SimulatedFileSystem, TModel> history,
        Func<SimulatedCall, SimulatedFault> faults)
        where TModel : new()
    {
        SimulatedFileSystem cut = create();
        cut.Faults = faults;
        TModel model = new();
        try
        {
            history(cut, model);
        }
        catch (Exception) when (cut.IsCrashed)
        {
            // The crash itself, or what the program made of it: the process is gone either way.
        }

        return (cut, model);
    }

    private static int CheckAll<TModel>(
        SimulatedFileSystem cut, TModel model, Action<SimulatedFileSystem, TModel> check, int limit)
    {
        int count = 0;
        foreach ((SimulatedFileSystem disk, string choice) in Crashes(cut, limit, cut.Options.Seed))
        {
            try
            {
                check(disk, model);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    $"after a crash with choices [{choice}]: {error.Message}\n{cut.DescribeLastCalls(40)}", error);
            }

            count++;
        }

        return count;
    }
}
