// A console over files: a store of another version as it was left, one with a flipped byte, and an evidence directory
// with traps in it. Nothing in a directory is changed.

using System.Diagnostics;
using System.Security.Cryptography;
using Grpc.Core;
using LedgerStore.Cli;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Gates;
using LedgerStore.Tests.Server;
using LedgerStore.WebConsole.Hosting;
using Xunit;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Tests.WebConsole;

public sealed class DataModeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore-console-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_store_is_shown_as_it_was_left_and_nothing_in_it_changes()
    {
        string data = CopyGolden();
        string before = HashOf(data);
        await AskAsync(data, async page =>
        {
            ListLedgersResponse list = await page.AsyncUnaryCall(
                LedgerMethods.ListLedgers, null, default, new ListLedgersRequest());
            LedgerInfo payments = Assert.Single(list.Ledgers, ledger => ledger.Ledger == "payments");
            Assert.EndsWith("/payments", payments.Origin, StringComparison.Ordinal);
            List<ReadResponse> events = await ReadAsync(page, "payments", follow: false);
            Assert.Equal((int)payments.Size, Calls.Records(events).Count);
            Checkpoint checkpoint = await page.AsyncUnaryCall(
                LedgerMethods.GetCheckpoint, null, default, new GetCheckpointRequest { Ledger = "payments" });
            Assert.StartsWith(payments.Origin + "\n", checkpoint.Note.ToStringUtf8(), StringComparison.Ordinal);
            Receipt receipt = await page.AsyncUnaryCall(
                LedgerMethods.GetReceipt, null, default, new GetReceiptRequest { Ledger = "payments" });
            Assert.NotEmpty(receipt.TlogProof);
            Status status = await page.AsyncUnaryCall(LedgerMethods.GetStatus, null, default, new GetStatusRequest());
            Assert.Equal(State.ReadOnly, status.State);
            RpcException missing = await Assert.ThrowsAsync<RpcException>(
                () => ReadAsync(page, "nothing", follow: false));
            Assert.Equal((StatusCode.NotFound, "LEDGER_NOT_FOUND"), (missing.StatusCode, missing.Info!.Reason));
            RpcException beyond = await Assert.ThrowsAsync<RpcException>(async () => await page.AsyncUnaryCall(
                LedgerMethods.GetInclusionProof, null, default,
                new GetInclusionProofRequest { Ledger = "payments", Index = ulong.MaxValue, Size = 1 }));
            Assert.Equal(StatusCode.InvalidArgument, beyond.StatusCode);
        });
        Assert.Equal(before, HashOf(data));
    }

    [Fact]
    public async Task Who_follows_files_is_told_that_this_is_the_end()
    {
        await AskAsync(CopyGolden(), async page =>
        {
            ReadResponse last = (await ReadAsync(page, "payments", follow: true))[^1];
            Assert.NotNull(last.CaughtUp);
        });
    }

    [Fact]
    public async Task A_flipped_byte_is_told_with_the_entries_that_it_takes()
    {
        string data = CopyGolden();
        foreach (string segment in Directory.GetFiles(
            Path.Combine(data, "ledgers"), "*.seg", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(segment);
            bytes[bytes.Length / 3] ^= 1;
            await File.WriteAllBytesAsync(segment, bytes);
        }

        string before = HashOf(data);
        await AskAsync(data, async page =>
        {
            List<ReadResponse> events = await ReadAsync(page, "payments", follow: false);
            Unreadable lost = events.First(each => each.Unreadable is not null).Unreadable;
            Assert.Equal(Unreadable.Types.Cause.Damaged, lost.Cause);
            Assert.NotEmpty(lost.Reason);
            Assert.True(lost.Count > 0);
        });
        Assert.Equal(before, HashOf(data));
    }

    [Fact]
    public void Evidence_is_the_files_of_an_export_and_no_trap()
    {
        string evidence = Path.Combine(_root, "evidence");
        Directory.CreateDirectory(Path.Combine(evidence, "receipts"));
        File.WriteAllText(Path.Combine(evidence, "checkpoint"), "a note");
        File.WriteAllText(Path.Combine(evidence, "unasked.html"), "<script>");
        File.WriteAllText(Path.Combine(_root, "secret"), "secret");
        File.CreateSymbolicLink(Path.Combine(evidence, "vkey"), Path.Combine(_root, "secret"));
        File.CreateSymbolicLink(
            Path.Combine(evidence, "receipts", "000000000001.tlog-proof"), Path.Combine(_root, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(evidence, "rotations"), _root);
        using (Process fifo = Process.Start("mkfifo", [Path.Combine(evidence, "entries.ndjson")]))
        {
            fifo.WaitForExit();
            Assert.Equal(0, fifo.ExitCode);
        }

        using (FileStream sparse = File.Create(Path.Combine(evidence, "bundle.json")))
        {
            sparse.SetLength(1L << 40);
        }

        ConsoleFiles files = EvidenceFiles.Open(evidence);
        Assert.Equal("a note"u8.ToArray(), files.Read("checkpoint"));
        Assert.DoesNotContain("unasked.html", files.Names);
        Assert.DoesNotContain(files.Names, name => name.StartsWith("rotations", StringComparison.Ordinal));
        foreach (string trap in new[] { "vkey", "receipts/000000000001.tlog-proof", "entries.ndjson", "bundle.json" })
        {
            Assert.ThrowsAny<IOException>(() => files.Read(trap));
        }
    }

    [Fact]
    public void What_is_no_evidence_directory_is_refused_with_what_to_do()
    {
        UsageException none = Assert.Throws<UsageException>(() => EvidenceFiles.Open(Path.Combine(_root, "nothing")));
        Assert.Contains("ledger export", none.Hint, StringComparison.Ordinal);
        UsageException other = Assert.Throws<UsageException>(() => EvidenceFiles.Open(_root));
        Assert.Contains("--data", other.Hint, StringComparison.Ordinal);
    }

    private static async Task AskAsync(string data, Func<CallInvoker, Task> ask)
    {
        using Store store = Store.Open(new StoreOptions
        {
            Directory = data,
            ReadOnly = true,
            Scrub = new ScrubOptions { IsContinuous = false },
            Tiering = new TieringOptions { IsAutomatic = false },
        });
        await using ConsoleHost console = await ConsoleHost.StartAsync(new ConsoleOptions
        {
            Facts = new ConsoleFacts { Source = "data", Address = data, Version = "1" },
            Calls = new DataCalls(store),
        });
        using ConsoleVisitor page = await ConsoleVisitor.EnterAsync(console);
        await ask(page.Invoker);
    }

    // To the end, or to where it goes on live.
    private static async Task<List<ReadResponse>> ReadAsync(CallInvoker page, string ledger, bool follow)
    {
        using AsyncServerStreamingCall<ReadResponse> call = page.AsyncServerStreamingCall(
            LedgerMethods.Read, null, default, new ReadRequest { Ledger = ledger, Follow = follow });
        List<ReadResponse> events = [];
        while (await call.ResponseStream.MoveNext(default))
        {
            events.Add(call.ResponseStream.Current);
            if (call.ResponseStream.Current.CaughtUp is not null)
            {
                break;
            }
        }

        return events;
    }

    private string CopyGolden()
    {
        string from = Path.Combine(SourceTree.Root, "tests/LedgerStore.Tests/Engine/Golden/v1-signed/first/data");
        string to = Path.Combine(_root, "data");
        Directory.CreateDirectory(Path.Combine(to, "quarantine")); // empty, and so not in a repository
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return to;
    }

    private static string HashOf(string directory)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(file));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
