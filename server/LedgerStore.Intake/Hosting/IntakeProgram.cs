// `serve`: from the command line to the exit code. Main thread.
using System.Runtime.InteropServices;
using LedgerStore.Intake.Config;
using LedgerStore.Pki;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Intake.Hosting;

internal static class IntakeProgram
{
    public const int Clean = 0;
    public const int BadConfiguration = 2;
    public const int SpoolFailed = 70;

    private const string Help = """
        LedgerStore intake: what other systems send, into ledgers

          serve --config FILE    serves the sources of intake.yaml (docs/INTAKE.md) until a signal comes
          check --config FILE    says what is wrong with the file, and ends

        Exit codes: 0 ended when it was asked to; 2 bad usage or configuration; 70 a spool has failed

        """;

    public static async Task<int> RunAsync(
        string[] arguments, TextWriter output, TextWriter errors, TimeProvider time)
    {
        try
        {
            switch (arguments)
            {
                case ["serve", "--config", string file]:
                    return await ServeAsync(file, output, time).ConfigureAwait(false);
                case ["check", "--config", string file]:
                    IntakeConfig config = IntakeConfigReader.Load(file);
                    await output.WriteLineAsync($"{file} is good: {config.Sources.Length} sources")
                        .ConfigureAwait(false);
                    return Clean;
                default:
                    bool isHelp = arguments is ["--help" or "-h" or "help"];
                    await (isHelp ? output : errors).WriteAsync(Help).ConfigureAwait(false);
                    return isHelp ? Clean : BadConfiguration;
            }
        }
        catch (Exception error) when (error is IntakeConfigException or PkiException or ArgumentException)
        {
            await errors.WriteLineAsync(error.Message).ConfigureAwait(false);
            return BadConfiguration;
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await errors.WriteLineAsync($"{taken.Message.TrimEnd('.')}; choose another port").ConfigureAwait(false);
            return BadConfiguration;
        }
    }

    private static async Task<int> ServeAsync(string file, TextWriter output, TimeProvider time)
    {
        IntakeConfig config = IntakeConfigReader.Load(file);
        using ILoggerFactory logging = LoggerFactory.Create(IntakeLogging.Configure);
        IntakeLog log = new(logging.CreateLogger("LedgerStore.Intake"));
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration terminate = OnSignal(PosixSignal.SIGTERM, stop);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, stop);
        IntakeServer server = await IntakeServer.StartAsync(config, logging, time).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            ConfigWatch watch = new(file, server, log, time);
            await using (watch.ConfigureAwait(false))
            {
                await output.WriteLineAsync($"ready {server.OperationsAddress}").ConfigureAwait(false);
                foreach (SourceConfig each in config.Sources)
                {
                    await output.WriteLineAsync($"{each.Name} {server.AddressOf(each.Name)}").ConfigureAwait(false);
                }

                await output.FlushAsync().ConfigureAwait(false);
                Task ended = await Task.WhenAny(stop.Task, server.Failure).ConfigureAwait(false);
                if (ended == stop.Task)
                {
                    return Clean;
                }
            }
        }

        (string source, string reason) = await server.Failure.ConfigureAwait(false);
        log.SpoolFailed(source, reason);
        return SpoolFailed;
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, TaskCompletionSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // The second one ends it at once.
            context.Cancel = stop.TrySetResult();
        });
}
