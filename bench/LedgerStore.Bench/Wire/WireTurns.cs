// Measures work against a server that is another process: rates by the clock, and the processor time of each side by
// itself. Where others use the machine too, processor time tells more than a rate. One thread.
using System.Runtime;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Wire;

/// <summary>One figure: what is done as often as it can be, and what the machine does of that at best.</summary>
internal sealed record WireTask(
    string Name, Func<TimeSpan, Task<WireFigure>> Work, Func<TimeSpan, double> Floor);

/// <summary>Warm-up, counted runs, and what both sides used.</summary>
internal sealed class WireTurns(BenchRun run, LedgerWire server)
{
    private const double Cores = 2;
    private const int WarmUpsMax = 30;

    // So few methods a second are compiled anew by what no measurement can keep still, such as timers.
    private const long SettledMethods = 15;

    /// <summary>Measures works in turn: what others do to the machine meanwhile, they do to each of them.</summary>
    /// <returns>Microseconds of the server's processor time for each unit of the first work.</returns>
    public double Measure(params ReadOnlySpan<WireTask> tasks)
    {
        Turn[][] turns = new Turn[tasks.Length][];
        for (int task = 0; task < tasks.Length; task++)
        {
            WarmUp(tasks[task].Work);
            turns[task] = new Turn[run.Options.Runs];
        }

        for (int turn = 0; turn < run.Options.Runs; turn++)
        {
            for (int task = 0; task < tasks.Length; task++)
            {
                turns[task][turn] = Take(tasks[task]);
            }
        }

        for (int task = 0; task < tasks.Length; task++)
        {
            ReportTurns(tasks[task], turns[task]);
        }

        return BenchRun.Median([.. turns[0].Select(turn => turn.ServerMicros)]);
    }

    /// <summary>What the server allocates for each record or call, after a warm-up.</summary>
    public void Allocation(string name, Func<TimeSpan, Task<WireFigure>> work)
    {
        WarmUp(work);
        run.LessIsBetter(name, "B", Enumerable.Range(0, run.Options.Runs).Select(_ =>
        {
            double before = server.AllocatedBytes();
            WireFigure figure = Run(work, run.Options.RunTime);
            return (server.AllocatedBytes() - before) / figure.Count;
        }));
    }

    private Turn Take(WireTask task)
    {
        double serverStart = server.CpuSeconds;
        TimeSpan clientStart = Environment.CpuUsage.TotalTime;
        WireFigure figure = Run(task.Work, run.Options.RunTime);
        double serverMicros = (server.CpuSeconds - serverStart) * 1e6;
        double clientMicros = (Environment.CpuUsage.TotalTime - clientStart).TotalMicroseconds;
        double floor = task.Floor(run.Options.RunTime / 2);
        return new Turn(figure.PerSecond, serverMicros / figure.Count, clientMicros / figure.Count, floor);
    }

    private void ReportTurns(WireTask task, Turn[] turns)
    {
        double floor = BenchRun.Median([.. turns.Select(turn => turn.Floor)]);
        run.MoreIsBetter(task.Name, "1/s", turns.Select(turn => turn.Rate), floor);
        run.LessIsBetter(task.Name + ".server_cpu", "us", turns.Select(turn => turn.ServerMicros));
        run.LessIsBetter(task.Name + ".client_cpu", "us", turns.Select(turn => turn.ClientMicros));

        // What the rate would be if both cores were there for nothing else, and never waited.
        run.MoreIsBetter(task.Name + ".by_cpu_time", "1/s", turns.Select(
            turn => Cores * 1e6 / (turn.ServerMicros + turn.ClientMicros)));
    }

    // Until neither process compiles any more: on a busy machine the compilers need many seconds to come to their end,
    // and take a third of the processor until then.
    private void WarmUp(Func<TimeSpan, Task<WireFigure>> work)
    {
        double before = Compiled();
        int quiet = 0;
        for (int second = 0; second < WarmUpsMax && quiet < 3; second++)
        {
            Run(work, TimeSpan.FromSeconds(1));
            double now = Compiled();
            quiet = now - before <= SettledMethods ? quiet + 1 : 0;
            before = now;
        }
    }

    private double Compiled() => server.CompiledMethods() + JitInfo.GetCompiledMethodCount();

    private static WireFigure Run(Func<TimeSpan, Task<WireFigure>> work, TimeSpan time) =>
        work(time).GetAwaiter().GetResult();

    private readonly record struct Turn(double Rate, double ServerMicros, double ClientMicros, double Floor);
}
