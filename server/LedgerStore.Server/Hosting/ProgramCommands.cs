// Which command was asked for, and which exit code its end has. Main thread.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Intake.Config;
using LedgerStore.Pki;
using LedgerStore.Server.Config;
using Microsoft.AspNetCore.Connections;

namespace LedgerStore.Server.Hosting;

/// <summary>Commands of the process.</summary>
internal static class ProgramCommands
{
    public static async Task<int> RunAsync(
        string[] arguments, TextWriter output, TextWriter errors, TimeProvider time)
    {
        try
        {
            return await DispatchAsync(arguments, output, errors, time).ConfigureAwait(false);
        }
        catch (UsageException usage)
        {
            await errors.WriteLineAsync(usage.Message).ConfigureAwait(false);
            return ExitCode.Configuration;
        }
        catch (ConfigException config)
        {
            await errors.WriteLineAsync(config.Message).ConfigureAwait(false);
            return config.ExitCode;
        }
        catch (IntakeConfigException intake)
        {
            await errors.WriteLineAsync(intake.Message).ConfigureAwait(false);
            return ExitCode.Configuration;
        }
        catch (PkiException pki)
        {
            await errors.WriteLineAsync(pki.Message).ConfigureAwait(false);
            return ExitCode.Configuration;
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await errors.WriteLineAsync(
                $"{taken.Message.TrimEnd('.')}; choose another port, or stop the program that listens there")
                .ConfigureAwait(false);
            return ExitCode.Configuration;
        }
        catch (RpcException unrecorded)
        {
            // The start could not be recorded: a full disk, most likely.
            await errors.WriteLineAsync(unrecorded.InnerException?.Message ?? unrecorded.Status.Detail)
                .ConfigureAwait(false);
            return unrecorded.StatusCode == StatusCode.ResourceExhausted ? ExitCode.DiskFull : ExitCode.StorageFailure;
        }
        catch (StoreException store)
        {
            await errors.WriteLineAsync(store.Message).ConfigureAwait(false);
            return CodeOf(store.Reason);
        }
    }

    private static Task<int> DispatchAsync(
        string[] arguments, TextWriter output, TextWriter errors, TimeProvider time)
    {
        string command = IsHelp(arguments) ? "--help" : arguments[0];
        switch (command)
        {
            case "dev":
                return DevCommand.RunAsync(
                    CommandLine.Parse(
                        arguments,
                        ["--data", "--port", "--metrics", "--intake", "--guard"],
                        [.. StoreAccesses.Flags, DevCommand.WithInputFlag]),
                    output,
                    time);
            case "serve":
                return ServeCommand.RunAsync(
                    CommandLine.Parse(arguments, ["--config"], StoreAccesses.Flags), output, errors, time);
            case "--help":
                output.Write(Help.Text);
                return Task.FromResult(arguments.Length == 0 ? ExitCode.Configuration : ExitCode.Clean);
            default:
                throw new UsageException($"there is no command '{command}'; see --help");
        }
    }

    private static bool IsHelp(string[] arguments) =>
        arguments is [] or ["help", ..] || arguments.Any(argument => argument is "--help" or "-h");

    private static int CodeOf(StoreReason reason) => reason switch
    {
        StoreReason.InUse => ExitCode.InUse,
        StoreReason.Corruption => ExitCode.Corruption,
        StoreReason.RollbackDetected or StoreReason.AnchorMissing => ExitCode.Rollback,
        StoreReason.KeyMismatch => ExitCode.Key,
        StoreReason.DiskFull => ExitCode.DiskFull,
        StoreReason.AuditDamaged => ExitCode.AuditDamaged,
        StoreReason.StorageFailed => ExitCode.StorageFailure,
        _ => ExitCode.Configuration,
    };
}
