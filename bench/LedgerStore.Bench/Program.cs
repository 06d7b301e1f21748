// The bench command: one suite by name, or `micro` for BenchmarkDotNet.
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Bench.Reports;

namespace LedgerStore.Bench;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length > 0 && arguments[0] == "micro")
        {
            return RunMicro(arguments[1..]);
        }

        if (arguments.Length > 2 && arguments[0] == Child.Command)
        {
            return ChildTasks.Run(arguments.AsSpan(1));
        }

        try
        {
            return Run(arguments);
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine(error.Message);
            PrintUsage();
            return 2;
        }
    }

    private static int Run(string[] arguments)
    {
        string name = arguments.FirstOrDefault("");
        switch (name)
        {
            case "all":
                return AllCommand.Run(arguments[1..]);
            case "compare":
                return CompareCommand.Run(arguments[1..]);
            case "report":
                return HtmlReport.Run(arguments[1..]);
            case "page":
                return PerformancePage.Run(arguments[1..]);
            default:
                IBenchSuite? suite = BenchSuites.All.FirstOrDefault(
                    suite => string.Equals(suite.Name, name, StringComparison.Ordinal));
                return suite is null
                    ? throw new FormatException($"there is no suite '{name}'")
                    : Run(suite, arguments);
        }
    }

    private static int Run(IBenchSuite suite, string[] arguments)
    {
        List<string> rest = [.. arguments.Skip(1)];
        bool isPublished = rest.Remove("--publish");
        BenchOptions options = BenchOptions.Parse([.. rest]);
        Machine machine = Machine.Read(Environment.CurrentDirectory);
        Console.WriteLine(machine);
        var run = new BenchRun(options, suite, Console.Out);
        run.PrintHead();
        suite.Run(run);
        if (options.JsonFile is string file)
        {
            BenchReport.Of(suite, arguments, machine, run).Write(file);
        }

        if (isPublished)
        {
            SuitePublication.Publish(BenchReport.Of(suite, arguments, machine, run));
        }

        foreach (string figure in run.Unmeasured)
        {
            Console.Error.WriteLine($"{figure} has a target and was not measured");
        }

        return run.Unmeasured.Count > 0 || run.Results.Any(result => result.Met == false) ? 1 : 0;
    }

    // In this process: the generated projects of the default toolchain do not know our central package versions.
    private static int RunMicro(string[] arguments)
    {
        IConfig config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "ledgerstore-micro"));
        string[] filtered = arguments.Length == 1 && !arguments[0].StartsWith('-')
            ? ["--filter", $"*{arguments[0]}*"]
            : arguments.Length == 0 ? ["--filter", "*"] : arguments;
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(filtered, config);
        return 0;
    }

    private static void PrintUsage()
    {
        Console.Error.WriteLine("usage: bench <suite> [--json FILE] [--seconds N] [--quick] [--only PART] [--publish]");
        foreach (IBenchSuite suite in BenchSuites.All)
        {
            Console.Error.WriteLine($"  {suite.Name,-12} {suite.Summary}");
        }

        Console.Error.WriteLine("  micro        BenchmarkDotNet: micro [part of a name]");
        Console.Error.WriteLine(AllCommand.Usage);
        Console.Error.WriteLine(CompareCommand.Usage);
        Console.Error.WriteLine(HtmlReport.Usage);
        Console.Error.WriteLine(PerformancePage.Usage);
    }
}
