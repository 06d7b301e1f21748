// `ledger console`: the page, in a browser on this machine. It listens on 127.0.0.1 until Ctrl+C, and what it shows
// comes from a server (with the profile's certificates), a data directory that no server has open, or an evidence
// directory.
// One thread; ASP.NET is loaded by this command alone.
using System.CommandLine;
using LedgerStore.WebConsole.Hosting;

namespace LedgerStore.Cli;

/// <summary>Serves the console.</summary>
internal static class ConsoleCommand
{
    public const string Name = "console";

    // Always the same one: a browser remembers the checkpoints that it has seen by the page's address, port included.
    private const int PortDefault = 7480;

    public static Command Create(CommandBuilder builder)
    {
        Option<string?> data = new("--data")
        {
            HelpName = "DIR",
            Description = "Show this data directory instead of a server; no server may have it open",
        };
        Option<string?> evidence = new("--evidence")
        {
            HelpName = "DIR",
            Description = "Show a directory that `ledger export` wrote",
        };
        Option<string[]> vkeys = new("--vkey")
        {
            HelpName = "VKEY",
            Description = "Trust this key too, for this run; repeatable",
        };
        Option<int> port = new("--port")
        {
            HelpName = "N",
            Description = "The port on 127.0.0.1; 0: any that is free",
            DefaultValueFactory = static _ => PortDefault,
        };
        Option<bool> noBrowser = new("--no-browser") { Description = "Only print the link" };
        return builder.Make(
            Name,
            "Look, search and verify in a browser on this machine\n\n"
            + "  ledger console                          the server of the profile\n"
            + "  ledger console --data ./data            without a server\n"
            + "  ledger console --evidence ./evidence    what `ledger export` wrote",
            [data, evidence, vkeys, port, noBrowser],
            async run =>
            {
                using ConsoleSource source = ConsoleSource.Open(
                    run, run.Get(data), run.Get(evidence), run.Get(vkeys) ?? []);
                return await RunAsync(run, source, run.Get(port), !run.Get(noBrowser)).ConfigureAwait(false);
            });
    }

    private static async Task<int> RunAsync(Run run, ConsoleSource source, int port, bool mayOpenBrowser)
    {
        if (port is < 0 or > ushort.MaxValue)
        {
            throw new UsageException($"there is no port {port}", $"from 1 to {ushort.MaxValue}, or 0 for any");
        }

        ConsoleHost console = await StartAsync(run, source, port).ConfigureAwait(false);
        await using (console.ConfigureAwait(false))
        {
            await TellAsync(run, source, console).ConfigureAwait(false);
            if (mayOpenBrowser)
            {
                Browser.Open(run.Host.Environment, console.Link);
            }

            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, run.Cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Ctrl+C is how it ends.
            }
        }

        return ExitCode.Done;
    }

    private static async Task<ConsoleHost> StartAsync(Run run, ConsoleSource source, int port)
    {
        try
        {
            return await ConsoleHost.StartAsync(new ConsoleOptions
            {
                Facts = source.Facts,
                Calls = source.Calls,
                Files = source.Files,
                Port = port,
                OnTokenReused = () => run.Note(
                    "the link was opened again, in another browser, and refused: if that was not you, press Ctrl+C"),
            }).ConfigureAwait(false);
        }
        catch (IOException taken)
        {
            throw new UsageException(taken.Message, "is another console running? --port 0 takes any port that is free");
        }
    }

    private static Task TellAsync(Run run, ConsoleSource source, ConsoleHost console)
    {
        if (run.IsJson)
        {
            run.Line(JsonOutput.Line(json =>
            {
                json.WriteString("source", source.Facts.Source);
                json.WriteString("address", source.Facts.Address);
                json.WriteString("link", console.Link.ToString());
            }));
        }
        else
        {
            string identity = source.Facts.Identity.Length == 0 ? string.Empty : $", as {source.Facts.Identity}";
            run.Line($"the console of {source.Facts.Address}{identity}:");
            run.Line(string.Empty);
            run.Line($"  {console.Link}");
            run.Line(string.Empty);
            run.Line("The link works once, in one browser on this machine. Ctrl+C ends the console.");
        }

        return run.Host.Out.FlushAsync();
    }
}
