// What a spool promises: posted is safe, the server gets it in order and once, whatever stops in between.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class SpoolTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_application_goes_on_while_the_server_is_away()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        await using Appender appender = server.Appender(Options(folder));
        for (int i = 0; i < 200; i++)
        {
            await appender.PostAsync(AppenderTests.Record(0, i)).AsTask().WaitAsync(s_patience);
        }

        Assert.Empty(server.Ledger.Payloads());
        Assert.False(appender.Status.IsConnected);
        BringBack(server);
        await appender.FlushAsync().WaitAsync(s_patience);
        CheckPayloads(server, 200);
        Assert.Equal(200UL, (await appender.AppendAsync(AppenderTests.Record(0, 200))).Index);
    }

    [Fact]
    public async Task What_was_posted_survives_the_process()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        for (int run = 0; run < 4; run++)
        {
            await using Appender appender = server.Appender(Options(folder));
            await PostAsync(appender, run * 50, 25);
            if (run > 0)
            {
                await appender.FlushAsync().WaitAsync(s_patience);
            }

            TakeAway(server);
            await PostAsync(appender, (run * 50) + 25, 25);
            await appender.DisposeAsync();
            BringBack(server);
        }

        await using Appender last = server.Appender(Options(folder));
        await PostAsync(last, 200, 1);
        await last.FlushAsync().WaitAsync(s_patience);
        CheckPayloads(server, 201);
    }

    [Fact]
    public async Task A_crash_at_any_moment_loses_nothing_that_was_safe()
    {
        for (int seed = 1; seed <= 15; seed++)
        {
            await CrashAsync(seed);
        }
    }

    [Fact]
    public async Task A_torn_tail_is_cut_wherever_it_tears()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        await using (Appender appender = server.Appender(Options(folder)))
        {
            for (int i = 0; i < 3; i++)
            {
                await appender.PostAsync(AppenderTests.Record(0, i));
            }
        }

        // A frame of one record of 8 bytes: 24 + 4 + 8.
        byte[] whole = await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder.Path, "*.spool")));
        Assert.Equal(3 * 36, whole.Length);
        for (int length = 0; length < whole.Length; length++)
        {
            using TempFolder copy = new();
            string file = copy.File($"{1:x16}.spool");
            await File.WriteAllBytesAsync(file, whole[..length]);
            using Spool cut = Spool.Open(copy.Path, 1 << 20);
            Assert.Equal((ulong)(length / 36) + 1, cut.NextTicket);
            Assert.Equal(length % 36 > 0, File.Exists(Path.ChangeExtension(file, ".torn")));
        }
    }

    [Fact]
    public async Task Every_flipped_byte_of_the_last_file_is_seen()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        await using (Appender appender = server.Appender(Options(folder)))
        {
            await appender.PostAsync(AppenderTests.Record(0, 0));
            await appender.PostAsync(AppenderTests.Record(0, 1));
        }

        byte[] whole = await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder.Path, "*.spool")));
        for (int at = 0; at < whole.Length; at++)
        {
            using TempFolder copy = new();
            byte[] flipped = [.. whole];
            flipped[at] ^= 0x40;
            await File.WriteAllBytesAsync(copy.File($"{1:x16}.spool"), flipped);
            using Spool cut = Spool.Open(copy.Path, 1 << 20);
            Assert.Equal((ulong)(at / 36) + 1, cut.NextTicket);
        }
    }

    [Fact]
    public async Task Damage_that_no_crash_explains_is_refused()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        await using (Appender appender = server.Appender(Options(folder) with { SpoolBytesMax = 4000 }))
        {
            for (int i = 0; i < 30; i++)
            {
                await appender.PostAsync(new byte[60]);
            }
        }

        string[] files = [.. Directory.GetFiles(folder.Path, "*.spool").Order(StringComparer.Ordinal)];
        Assert.True(files.Length >= 3, $"{files.Length} files");
        byte[] first = await File.ReadAllBytesAsync(files[0]);
        first[^1] ^= 1;
        await File.WriteAllBytesAsync(files[0], first);
        InvalidDataException damaged = Assert.Throws<InvalidDataException>(() => Spool.Open(folder.Path, 4000));
        Assert.Contains(files[0], damaged.Message, StringComparison.Ordinal);
        first[^1] ^= 1;
        await File.WriteAllBytesAsync(files[0], first);
        File.Delete(files[1]);
        Assert.Throws<InvalidDataException>(() => Spool.Open(folder.Path, 4000));
    }

    [Fact]
    public async Task A_full_spool_makes_the_application_wait()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        AppenderOptions options = Options(folder) with { SpoolBytesMax = 10_000, MemoryBytesMax = 2000 };
        await using Appender appender = server.Appender(options);
        Task posting = PostAsync(appender, 0, 1000);
        while (appender.Status.SpoolBytes < 9000)
        {
            await Task.Delay(5);
        }

        Assert.False(posting.IsCompleted);
        Assert.InRange(appender.Status.SpoolBytes, 1, 10_000);
        Assert.InRange(appender.Status.MemoryBytes, 0, 2000);
        BringBack(server);
        await posting.WaitAsync(s_patience);
        await appender.FlushAsync().WaitAsync(s_patience);
        CheckPayloads(server, 1000);
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, "LEDGER_FROZEN")]
    [InlineData(StatusCode.ResourceExhausted, "LIMIT_REACHED")]
    [InlineData(StatusCode.PermissionDenied, "DENIED")]
    public async Task What_is_safe_is_not_given_up_because_the_ledger_is_refused(StatusCode code, string reason)
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        int refused = 0;
        server.Ledger.Fault = (point, _) => point == FaultPoint.BeforeCommit
            ? throw RpcException.Because(code, reason, $"no, {++refused}")
            : default;
        await using Appender appender = server.Appender(Options(folder));
        await PostAsync(appender, 0, 3);
        while (refused < 3)
        {
            await Task.Delay(5);
        }

        BringBack(server);
        await appender.FlushAsync().WaitAsync(s_patience);
        CheckPayloads(server, 3);
    }

    [Fact]
    public void A_file_that_the_server_has_all_of_gives_its_room_back_even_when_it_is_the_last()
    {
        using TempFolder folder = new();
        using (Spool spool = Spool.Open(folder.Path, 1 << 20))
        {
            byte[] frame = new byte[4000];
            spool.Append(frame, 3);
            spool.Append(frame, 2);
            spool.LetGo(delivered: 4);
            Assert.Equal(8000, spool.StoredBytes);

            using FileStream reading = File.Open(
                Path.Combine(folder.Path, "0000000000000001.spool"), FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            spool.LetGo(delivered: 5);
            Assert.Equal((0, 0), (spool.StoredBytes, reading.Length));
            Assert.Equal(6ul, spool.NextTicket);
            spool.LetGo(delivered: 5);
        }

        Assert.Equal("0000000000000006.spool", Path.GetFileName(Assert.Single(
            Directory.GetFiles(folder.Path, "*.spool"))));
        using Spool again = Spool.Open(folder.Path, 1 << 20);
        Assert.Equal((6ul, 6ul), (again.FirstTicket, again.NextTicket));
    }

    [Fact]
    public async Task A_directory_has_one_appender()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        await using Appender appender = server.Appender(Options(folder));
        Assert.Contains(
            "in use", Assert.Throws<IOException>(() => server.Appender(Options(folder))).Message,
            StringComparison.Ordinal);
    }

    private static async Task CrashAsync(int seed)
    {
        using TempFolder folder = new();
        using TempFolder copy = new();
        await using FakeServer server = await FakeServer.StartAsync();
        SplitMix random = new((ulong)seed);
        int chance = (int)(random.Next() % 40);
        server.Ledger.Fault = (_, call) =>
        {
            bool strikes;
            lock (random)
            {
                strikes = (int)(random.Next() % 100) < chance;
            }

            if (strikes)
            {
                call.GetHttpContext().Abort();
            }

            return default;
        };
        int posted = 20 + (int)(random.Next() % 200);
        AppenderOptions options = Options(folder) with { MemoryBytesMax = 3000 };
        await using (Appender appender = server.Appender(options))
        {
            await PostAsync(appender, 0, posted);
            TakeAway(server);
            foreach (string file in Directory.GetFiles(folder.Path).Where(file => Path.GetFileName(file) != "LOCK"))
            {
                File.Copy(file, copy.File(Path.GetFileName(file)));
            }
        }

        BringBack(server);
        await using Appender next = server.Appender(options with { SpoolDirectory = copy.Path });
        await PostAsync(next, posted, 10);
        await next.FlushAsync().WaitAsync(s_patience);
        CheckPayloads(server, posted + 10);
    }

    private static async Task PostAsync(Appender appender, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            await appender.PostAsync(AppenderTests.Record(0, i)).AsTask().WaitAsync(s_patience);
        }
    }

    private static AppenderOptions Options(TempFolder folder) => new()
    {
        Producer = "p",
        SpoolDirectory = folder.Path,
        SpoolDrainTimeout = TimeSpan.Zero,
        RetryDelayMax = TimeSpan.FromMilliseconds(20),
    };

    private static void TakeAway(FakeServer server) => server.Ledger.Fault = static (point, _) =>
        point == FaultPoint.BeforeCommit ? throw RpcException.Of(StatusCode.Unavailable, "away") : default;

    private static void BringBack(FakeServer server) => server.Ledger.Fault = static (_, _) => default;

    private static void CheckPayloads(FakeServer server, int count) =>
        Assert.Equal(Enumerable.Range(0, count).Select(i => AppenderTests.Record(0, i)), server.Ledger.Payloads());
}
