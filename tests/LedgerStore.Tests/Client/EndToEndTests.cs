// The library against the real server: certificates, signatures and disks, restarts and kills.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Receipt = LedgerStore.Proofs.Receipt;

namespace LedgerStore.Tests.Client;

public sealed class EndToEndTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Append_read_verify_administer()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        using LedgerClient appending = server.Connect("appender");
        await using (Appender appender = appending.CreateAppender("demo", new AppenderOptions
        {
            Producer = "p",
            ContentType = "text/plain",
            Ack = Ack.Checkpointed,
        }))
        {
            Task<Appended>[] calls =
                [.. Enumerable.Range(0, 3000).Select(i => appender.AppendAsync(AppenderTests.Record(0, i)).AsTask())];
            Appended[] stored = await Task.WhenAll(calls).WaitAsync(s_patience);
            Assert.Equal(Enumerable.Range(0, 3000).Select(i => (ulong)i), stored.Select(each => each.Index));
        }

        using LedgerClient reading = server.Connect("reader");
        using TempFolder folder = new();
        using Verifier verifier = reading.CreateVerifier(
            "demo", new VerifierOptions { Vkey = server.Vkey, StateFile = folder.File("state") });
        List<LedgerEntry> entries = [];
        await foreach (LedgerEvent next in reading.CreateReader("demo").Verified(verifier).ReadAsync(new ReadOptions()))
        {
            entries.Add(Assert.IsType<LedgerEntry>(next));
        }

        Assert.Equal(3000, entries.Count);
        Assert.Equal(AppenderTests.Record(0, 2345), entries[2345].Payload.ToArray());
        Assert.Equal(("p", 2346UL, "text/plain"), (
            entries[2345].Producer, entries[2345].ProducerSequence, entries[2345].ContentType));
        Receipt receipt = await verifier.GetReceiptAsync(entries[77]);
        verifier.VerifyReceipt(receipt, entries[77].Bytes.Span);
        RpcException denied = await Assert.ThrowsAsync<RpcException>(
            async () => await reading.Admin.CreateLedgerAsync("other", default));
        Assert.Equal(StatusCode.PermissionDenied, denied.Code);
        using LedgerClient administering = server.Connect("administrator");
        await administering.Admin.CreateLedgerAsync("other", default);
        Assert.Equal("other", (await administering.Catalog.DescribeAsync("other", default)).Ledger);
    }

    [Fact]
    public async Task An_import_survives_a_server_that_is_killed_again_and_again()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        using LedgerClient client = server.Connect("appender");
        const int Batches = 400;
        const int Each = 50;
        Task import = Task.Run(async () =>
        {
            await using Appender appender = client.CreateAppender("demo", new AppenderOptions
            {
                Producer = "import",
                RetryDelayMax = TimeSpan.FromMilliseconds(100),
                CloseTimeout = s_patience, // on a busy machine the last start of the server takes longer than usual
            });
            int[] lengths = [.. Enumerable.Repeat(8, Each)];
            for (int batch = 0; batch < Batches; batch++)
            {
                byte[] records =
                    [.. Enumerable.Range(0, Each).SelectMany(i => AppenderTests.Record(0, (batch * Each) + i))];
                await appender.PostBatchAsync(records, lengths);
                await Task.Delay(5);
            }
        });
        for (int kill = 0; kill < 4 && !import.IsCompleted; kill++)
        {
            await Task.WhenAny(import, Task.Delay(400 + (kill * 150)));
            await server.KillAsync();
            await server.RestartAsync();
        }

        await import.WaitAsync(s_patience);
        using LedgerClient reading = server.Connect("reader");
        int expected = 0;
        await foreach (LedgerEntry entry in reading.CreateReader("demo").ReadEntriesAsync(new ReadOptions()))
        {
            Assert.Equal(AppenderTests.Record(0, expected), entry.Payload.ToArray());
            Assert.Equal((ulong)++expected, entry.ProducerSequence);
        }

        Assert.Equal(Batches * Each, expected);
    }

    [Fact]
    public async Task Followers_and_spools_outlive_the_server()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        using TempFolder folder = new();
        using LedgerClient reading = server.Connect("reader");
        using LedgerClient appending = server.Connect("appender");
        await using Appender appender = appending.CreateAppender("demo", new AppenderOptions
        {
            Producer = "p",
            SpoolDirectory = folder.Path,
            RetryDelayMax = TimeSpan.FromMilliseconds(100),
        });
        Task<ulong[]> following = FollowAsync(reading, 90);
        await PostAsync(appender, 0, 30);
        await server.KillAsync();
        await PostAsync(appender, 30, 30);
        await server.RestartAsync();
        await PostAsync(appender, 60, 30);
        await appender.FlushAsync().WaitAsync(s_patience);
        Assert.Equal(Enumerable.Range(0, 90).Select(i => (ulong)i), await following.WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_verifier_with_another_key_believes_nothing()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        using LedgerClient reading = server.Connect("reader");
        using SigningKey other = SigningKey.Generate();
        string vkey = new NoteSigner(KeyName.Parse("localhost/demo"), other).ToVerifierKey().ToString();
        using (LedgerClient appending = server.Connect("appender"))
        {
            await using Appender appender = appending.CreateAppender("demo");
            await appender.AppendAsync(AppenderTests.Record(0, 0));
        }

        using Verifier honest = reading.CreateVerifier("demo", new VerifierOptions { Vkey = server.Vkey });
        await honest.WaitForAsync(1);
        using Verifier deceived = reading.CreateVerifier("demo", new VerifierOptions { Vkey = vkey });
        LedgerViolationException caught = await Assert.ThrowsAsync<LedgerViolationException>(
            () => deceived.UpdateAsync());
        Assert.Equal(ViolationKind.UnknownKey, caught.Kind);
    }

    private static async Task PostAsync(Appender appender, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            await appender.PostAsync(AppenderTests.Record(0, i)).AsTask().WaitAsync(s_patience);
        }
    }

    private static async Task<ulong[]> FollowAsync(LedgerClient client, int count)
    {
        List<ulong> sequences = [];
        ReadOptions options = new() { Follow = true, RetryDelayMax = TimeSpan.FromMilliseconds(100) };
        await foreach (LedgerEvent next in client.CreateReader("demo").ReadAsync(options))
        {
            if (next is LedgerEntry entry)
            {
                sequences.Add(entry.ProducerSequence - 1);
                if (sequences.Count == count)
                {
                    break;
                }
            }
        }

        return [.. sequences];
    }
}
