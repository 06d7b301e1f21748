// Whether a program runs as it will for all its life: nothing is compiled any more, and its work gets no cheaper.
// Measured before that, a figure says how long somebody waited before measuring. One thread.
using System.Runtime;

namespace LedgerStore.Bench.Frame;

/// <summary>Looks at slices of the work until they are alike.</summary>
internal sealed class Steady
{
    private const int AlikeSlices = 3;
    private const double Alike = 0.95;

    // So few methods are compiled anew in a slice by what no measurement can keep still, such as timers.
    private const long MethodsInSlice = 15;

    private double _least = double.MaxValue;
    private long _compiled = JitInfo.GetCompiledMethodCount();
    private int _alike;

    public bool IsReached => _alike >= AlikeSlices;

    /// <summary>Works until it is reached, and says in the report when it never was.</summary>
    /// <param name="slice">Does a part of the work, and returns what a unit of it cost.</param>
    public static void Reach(BenchRun run, string figure, int slicesMax, Func<double> slice)
    {
        Steady steady = new();
        for (int done = 0; done < slicesMax && !steady.IsReached; done++)
        {
            steady.Saw(slice());
        }

        steady.Tell(run, figure);
    }

    /// <summary>Takes the cost of the slice that has just ended.</summary>
    public void Saw(double cost)
    {
        long compiled = JitInfo.GetCompiledMethodCount();
        bool isAlike = cost >= _least * Alike && compiled - _compiled <= MethodsInSlice;
        _alike = isAlike ? _alike + 1 : 0;
        _least = Math.Min(_least, cost);
        _compiled = compiled;
    }

    /// <summary>Notes that the warm-up ended before the figure was steady.</summary>
    public void Tell(BenchRun run, string figure)
    {
        if (!IsReached)
        {
            run.Note($"{figure} was never steady: it still got cheaper, or was compiled, when it was measured");
        }
    }
}
