// Runs a part of a suite in a process of its own: where memory is counted, or where the process is to be killed.
// `bench child <task> <arguments>` is the other side; its lines on standard output are the answer.
using System.Diagnostics;

namespace LedgerStore.Bench.Load;

/// <summary>This program, started again with a task.</summary>
internal sealed class Child : IDisposable
{
    public const string Command = "child";

    private readonly Process _process;

    public Child(params string[] arguments)
        : this(new Dictionary<string, string>(StringComparer.Ordinal), arguments)
    {
    }

    public Child(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(typeof(Child).Assembly.Location);
        start.ArgumentList.Add(Command);
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("the child did not start");
    }

    public int Id => _process.Id;

    /// <summary>The next line that it says.</summary>
    public string ReadLine() => _process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException("the child ended without an answer");

    /// <summary>The next line, as the numbers in it.</summary>
    public double[] ReadNumbers() => [.. ReadLine().Split(' ')
        .Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>SIGKILL: it gets no chance to write anything more.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
