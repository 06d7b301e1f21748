// From an exception to what people read and to the exit code that scripts read. Pure, but for the writing.
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Pki;
using LedgerStore.Proofs;
using LedgerStore.Protocol;

namespace LedgerStore.Cli;

/// <summary>Why a command did not do what it was asked.</summary>
/// <param name="Hint">What to do next; may be empty.</param>
internal sealed record Failure(int ExitCode, string Message, string Hint)
{
    /// <summary>What an exception means; null for one that is our own mistake, which ends the process.</summary>
    public static Failure? Of(Exception error) => error switch
    {
        UsageException usage => new(Cli.ExitCode.Usage, usage.Message, usage.Hint),
        PkiException => new(Cli.ExitCode.Usage, error.Message, string.Empty),
        AppendException { Violation: { } violation } append => new(
            Cli.ExitCode.NotVerified, append.Message,
            $"the server answered what cannot be true ({violation.Came}): read the ledger before you append again"),
        LedgerViolationException violation => new(
            Cli.ExitCode.NotVerified, violation.Message,
            "do not go on as if nothing had happened: keep the evidence (--save-evidence FILE), and ask who runs the "
            + "log"),
        VerificationFailedException or EntriesMissingException => new(
            Cli.ExitCode.NotVerified, error.Message, string.Empty),
        AppendException append => OfAppend(append),
        RpcException rpc => OfCall(rpc, rpc.Status.Detail),
        StoreException store => OfStore(store),
        MalformedDataException or ArgumentException or CryptographicException or FormatException => new(
            Cli.ExitCode.Usage, error.Message, string.Empty),
        FileNotFoundException or DirectoryNotFoundException => new(
            Cli.ExitCode.Usage, error.Message, "is the path right? It is looked for from the working directory"),
        IOException or UnauthorizedAccessException => new(Cli.ExitCode.Usage, error.Message, string.Empty),
        OperationCanceledException => new(Cli.ExitCode.Interrupted, "interrupted", string.Empty),
        _ => null,
    };

    /// <summary>Tells people, or a program; where nobody can be told, the exit code is all there is.</summary>
    public void Report(CliHost host, bool isJson)
    {
        try
        {
            Write(host, isJson);
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
        {
            // Standard error is closed, or its disk is full.
        }
    }

    private void Write(CliHost host, bool isJson)
    {
        if (isJson)
        {
            host.Err.Line(JsonOutput.Line(json =>
            {
                json.WriteStartObject("error");
                json.WriteNumber("exit_code", ExitCode);
                json.WriteString("message", Message);
                json.WriteString("hint", Hint);
                json.WriteEndObject();
            }));
            return;
        }

        const string Opening = "error:";
        if (host.IsErrorTerminal && host.HasColour)
        {
            host.Err.Styled(Verdicts.StyleOf(Verdict.NotVerified), Opening);
        }
        else
        {
            host.Err.Write(Opening);
        }

        host.Err.Line($" {Message}");
        if (Hint.Length > 0)
        {
            host.Err.Line($"  {Hint}");
        }
    }

    private static Failure OfAppend(AppendException append)
    {
        for (Exception? cause = append.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is RpcException rpc)
            {
                return OfCall(rpc, append.Message);
            }
        }

        return new(Cli.ExitCode.ServerError, append.Message, string.Empty);
    }

    private static Failure OfCall(RpcException rpc, string message) => rpc.StatusCode switch
    {
        StatusCode.Unavailable when IsCausedBy<AuthenticationException>(rpc) => new(
            Cli.ExitCode.Unreachable, message,
            "did the authority in --ca (LEDGER_CA, or `ca` of the profile) issue the server's certificate?"),
        StatusCode.Unavailable when IsCausedBy<HttpRequestException>(rpc) && !IsCausedBy<SocketException>(rpc) => new(
            Cli.ExitCode.Unreachable, message,
            "is this a LedgerStore server, and did its authority issue the certificate? `ledger doctor` looks at both"),
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => new(
            Cli.ExitCode.Unreachable, message,
            "is the server running, and is its address right? `ledger doctor` looks at both"),
        StatusCode.ResourceExhausted when rpc.Info?.Reason is "DISK_FULL" or "AUDIT_DISK_FULL" => new(
            Cli.ExitCode.ServerError, message,
            "the server is well but for its disk: free what the message says, or let entries expire (`ledger retention "
            + "apply`); `ledger status` shows how it is"),
        StatusCode.PermissionDenied => new(
            Cli.ExitCode.Denied, message,
            "whoever keeps the server's policy can allow it; `ledger policy explain` shows who may do what"),
        StatusCode.Unauthenticated => new(
            Cli.ExitCode.Denied, message, "the server does not know this certificate; see --cert, --as and --profile"),
        StatusCode.NotFound when rpc.Info?.Reason == "LEDGER_NOT_FOUND" => new(
            Cli.ExitCode.ServerError, message, "`ledger ledgers` lists those that you may see"),
        _ => new(Cli.ExitCode.ServerError, message, string.Empty),
    };

    private static bool IsCausedBy<T>(RpcException rpc)
        where T : Exception
    {
        for (Exception? cause = rpc; cause is not null; cause = cause.InnerException)
        {
            if (cause is T)
            {
                return true;
            }
        }

        return false;
    }

    private static Failure OfStore(StoreException store) => store.Reason switch
    {
        StoreReason.DataLoss or StoreReason.NotConfirmed or StoreReason.Corruption
            or StoreReason.RollbackDetected => new(
            Cli.ExitCode.NotVerified, store.Message, "`ledger verify --data DIR` says what is wrong, and where"),
        _ => new(Cli.ExitCode.Usage, store.Message, string.Empty),
    };
}
