// What applications do with the client library. What comes out is written down; a violation, an error and anything else
// are told apart as `ledger` does.
// Constants; any thread.

using System.Text;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Tests.Lies;

internal static class LibraryScenarios
{
    internal static IReadOnlyList<Scenario> All { get; } =
    [
        Verified("update", async run => run.Tell(await run.Verifier.UpdateAsync())),
        Verified("catch up", async run => run.Tell(await run.Verifier.CatchUpAsync())),
        Verified("wait for 300", async run => run.Tell(await run.Verifier.WaitForAsync(World.Published))),
        Verified("watch", WatchAsync),
        Verified("read all", run => run.TellAsync(run.Proven.ReadAsync(new ReadOptions()))),
        Verified("read a range", run => run.TellAsync(run.Proven.ReadAsync(ReadOptions.Range(123, 77)))),
        Verified("read the last", run => run.TellAsync(run.Proven.ReadAsync(new ReadOptions { FromEnd = 9 }))),
        Verified("read a time", run => run.TellAsync(run.Proven.ReadAsync(new ReadOptions
        {
            FromTime = World.TimeOf(120),
            Until = World.TimeOf(180),
        }))),
        Verified("follow", FollowAsync),
        Verified("inclusion", async run => run.Tell(await run.Verifier.VerifyInclusionAsync(await run.EntryAsync(7)))),
        Verified("receipt", async run => run.Tell(await run.Verifier.GetReceiptAsync(await run.EntryAsync(7)))),
        Verified("receipt of a leaf", async run => run.Tell((await run.Verifier.GetReceiptAsync(7)).Receipt)),
        Verified("rotations", async run =>
        {
            await run.Verifier.UpdateAsync();
            foreach (KeyRotation rotation in await run.Verifier.GetRotationsAsync())
            {
                run.Tell($"{rotation.NewKey} from {rotation.Size} on");
            }
        }, "rotated"),
        Told("append", run => AppendAsync(run, new AppenderOptions { GiveUpAfter = TimeSpan.FromSeconds(15) })),
        Told("append and wait for the checkpoint", run => AppendAsync(run, new AppenderOptions
        {
            Ack = Ack.Checkpointed,
            GiveUpAfter = TimeSpan.FromSeconds(15),
        })),
        Told("append by a name", run => AppendAsync(run, new AppenderOptions
        {
            Producer = "p",
            GiveUpAfter = TimeSpan.FromSeconds(15),
        })),
        Told("append once", async run => run.Tell((await run.Client.AppendOnceAsync(
            new AppendRequest { Ledger = "demo", Lengths = { 3 }, Payload = ByteString.CopyFromUtf8("one") }, default))
            .ToString())),
        Told("read what is said", run => run.TellAsync(run.Reader.ReadAsync(new ReadOptions()))),
        Told("list", async run => await run.TellAsync(run.Client.Catalog.ListAsync(string.Empty, default))),
        Told("sign off", async run => run.Tell((await run.Client.Catalog.SignOffAsync(
            new SignOffRequest { Ledger = "demo", Note = "week 48" }, default)).ToString())),
        Told("scrub", async run => await run.TellAsync(run.Client.Admin.ScrubAsync("demo", default))),
    ];

    private static Scenario Verified(string name, Func<LibraryRun, Task> act, string ledger = "demo") =>
        new("library: " + name, true, (bench, time) => RunAsync(bench, time, ledger, act));

    private static Scenario Told(string name, Func<LibraryRun, Task> act) =>
        new("library: " + name, false, (bench, time) => RunAsync(bench, time, "demo", act));

    private static async Task<Result> RunAsync(
        Workbench bench, TimeProvider time, string ledger, Func<LibraryRun, Task> act)
    {
        using LibraryRun run = new(bench, time, ledger);
        try
        {
            await act(run);
            return new Result(0, run.Text, string.Empty);
        }
        catch (AppendException failed) when (failed.Violation is { } violation)
        {
            return Caught(violation);
        }
        catch (LedgerViolationException violation)
        {
            return Caught(violation);
        }
        catch (Exception refused) when (refused
            is RpcException or AppendException or EntriesMissingException or OperationCanceledException)
        {
            return new Result(5, run.Text, refused.Message);
        }
    }

    // It names what was expected and what came, or it is not good enough.
    private static Result Caught(LedgerViolationException violation) =>
        violation.Expected.Length > 0 && violation.Came.Length > 0
            ? new Result(1, string.Empty, violation.Message)
            : new Result(Result.Broken, string.Empty, "a violation that does not say what came: " + violation.Message);

    private static async Task WatchAsync(LibraryRun run)
    {
        // Which checkpoints come in between, and how many, is the network's affair: each continues the one before.
        // A monitor waits for ever for a server that is away; its keeper does not.
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3), run.Time);
        await foreach (VerifiedCheckpoint checkpoint in run.Verifier.WatchAsync(patience.Token))
        {
            if (checkpoint.Size == World.Published + (ulong)World.Appended.Length)
            {
                run.Tell(checkpoint);
                return;
            }
        }
    }

    private static async Task FollowAsync(LibraryRun run)
    {
        ReadOptions options = new() { From = 290, Follow = true, GiveUpAfter = TimeSpan.FromSeconds(15) };
        await foreach (LedgerEvent next in run.Proven.ReadAsync(options))
        {
            if (next is not LedgerEntry entry)
            {
                continue;
            }

            run.Tell(entry);
            if (entry.Index == World.Published + (ulong)World.Appended.Length - 1)
            {
                return;
            }
        }
    }

    private static async Task AppendAsync(LibraryRun run, AppenderOptions options)
    {
        Appender appender = run.Client.CreateAppender("demo", options);
        try
        {
            foreach (string text in World.Appended)
            {
                Appended stored = await appender.AppendAsync(Encoding.UTF8.GetBytes(text));
                run.Tell($"entry {stored.Index} at {stored.Received:O}");
            }
        }
        finally
        {
            await appender.DisposeAsync();
        }
    }
}
