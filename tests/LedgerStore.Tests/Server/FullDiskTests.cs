// The real server on a disk that is really full, under load, with several ledgers and a backlog: what goes on, what is
// said, and how it ends.
using System.Net;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Engine.ReadOnly;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Server;

public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int WritersOfEach = 6;
    private static readonly string[] s_ledgers = ["demo", "payments", "logins", "changes"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private static TimeSpan Hold => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1"
        ? TimeSpan.FromMinutes(10)
        : TimeSpan.FromSeconds(8);

    [MountFact]
    public Task While_a_tmpfs_is_full_all_but_appends_goes_on_and_freeing_what_is_said_ends_it() =>
        FillHoldAndFreeAsync("tmpfs", byOthers: false);

    [LoopFact]
    public Task So_it_is_on_ext4_which_promises_space_before_it_has_it() =>
        FillHoldAndFreeAsync("ext4", byOthers: true);

    [MountFact]
    public Task Another_process_that_takes_all_space_at_once_under_load_changes_nothing_of_that() =>
        FillHoldAndFreeAsync("tmpfs", byOthers: true);

    [MountFact]
    public async Task Killed_while_the_disk_is_full_it_starts_there_and_serves_what_it_acknowledged()
    {
        using SmallDisk disk = new("tmpfs", 900);
        using SmallDiskServer server = new(disk);
        SmallDiskLoad load = await StartLoadAsync(server);
        disk.TakeAll();
        await UntilAsync(server, static status => status.Disk.IsFull);
        disk.TakeAll();
        await Task.Delay(TimeSpan.FromSeconds(3));
        server.Kill();
        await load.StopAsync();
        disk.TakeAll();

        Assert.True(server.Start() is null, server.Log);
        using (LedgerClient reading = server.Connect("reader"))
        {
            await load.CheckAsync(reading);
        }

        Status status = await StatusAsync(server);
        Assert.True(status.Disk.IsFull);
        Assert.Equal(0, server.Terminate());
    }

    [MountFact]
    public async Task A_start_without_room_has_an_exit_code_of_its_own_and_says_how_much_to_free()
    {
        using SmallDisk disk = new("tmpfs", 300);
        using SmallDiskServer server = new(disk);
        disk.TakeAll();
        Assert.Equal(8, server.Start());
        await WaitAsync(() => Count(server.Log, " bytes there, then open it") > 0, "what to free is said");
        disk.Take(-(280L << 20));
        Assert.True(server.Start() is null, server.Log);
        Assert.Equal(0, server.Terminate());
    }

    private async Task FillHoldAndFreeAsync(string type, bool byOthers)
    {
        using SmallDisk disk = new(type, 900);
        using SmallDiskServer server = new(disk);
        disk.Take(200L << 20);
        SmallDiskLoad load = await StartLoadAsync(server);
        if (byOthers)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            disk.TakeAll();
        }

        Status full = await UntilAsync(server, static status => status.Disk.IsFull);
        if (byOthers)
        {
            disk.TakeAll();
        }

        await HoldAsync(server, load, disk);
        Status still = await StatusAsync(server);
        output.WriteLine(
            $"acknowledged {load.Acknowledged}, refused {load.Refused}; to free {full.Disk.BytesToFree}, then "
            + $"{still.Disk.BytesToFree}; {still.Disk}");
        long stated = (long)still.Disk.BytesToFree;
        Assert.InRange(stated, 1, 300L << 20);
        long before = load.Acknowledged;
        disk.Take(-stated);
        await UntilAsync(server, status => !status.Disk.IsFull);
        await WaitAsync(() => load.Acknowledged > before, "appends go on");
        await WaitAsync(() => Count(server.Log, "is full") >= 1, "it was said when it began");
        await WaitAsync(
            () => Count(server.Log, "again: appends go on") >= 1, $"and when it ended: {server.Log}");
        await load.StopAsync();
        disk.Take(-(50L << 20));
        await UntilAsync(server, status => !status.Disk.IsFull);
        using (LedgerClient reading = server.Connect("reader"))
        {
            await load.CheckAsync(reading);
        }

        Assert.Equal(0, server.Terminate());
        Assert.True(server.Start() is null, server.Log);
        using LedgerClient again = server.Connect("reader");
        await load.CheckAsync(again);
    }

    /// <summary>Reads, proofs, status, retention and holds, for a while, and what orchestrators and appenders are
    /// told.</summary>
    private static async Task HoldAsync(SmallDiskServer server, SmallDiskLoad load, SmallDisk disk)
    {
        using LedgerClient reading = server.Connect("reader");
        using LedgerClient administering = server.Connect("administrator");
        long until = Environment.TickCount64 + (long)Hold.TotalMilliseconds;
        for (int round = 0; Environment.TickCount64 < until; round++)
        {
            string ledger = s_ledgers[round % s_ledgers.Length];
            int read = 0;
            ReadOptions some = ReadOptions.Range((ulong)(round % 7), 200);
            await foreach (LedgerEntry entry in reading.CreateReader(ledger).ReadEntriesAsync(some))
            {
                read += entry.Payload.Length;
            }

            Assert.True(read > 0);
            using Verifier verifier = reading.CreateVerifier(
                ledger, new VerifierOptions { Vkey = server.VerifierKey(ledger) });
            await verifier.UpdateAsync();
            Assert.True((await administering.Catalog.DescribeAsync(ledger, default)).Size > 0);
            Hold hold = await administering.Admin.PlaceHoldAsync(ledger, 0, 10, "case 7", default);
            await administering.Admin.PlanRetentionAsync(ledger, default);
            await administering.Admin.ReleaseHoldAsync(ledger, hold.Id, "closed", default);
            await foreach (RetentionProgress progress in administering.Admin.ApplyRetentionAsync(ledger, default))
            {
                Assert.NotNull(progress);
            }
        }

        await AssertToldAsync(server, load);
        Assert.True(disk.FreeBytes < 64L << 20);
    }

    private static async Task AssertToldAsync(SmallDiskServer server, SmallDiskLoad load)
    {
        Assert.True(load.Refused > 0);
        Assert.Equal("DISK_FULL", load.Refusal!.Info!.Reason);
        Assert.True(long.Parse(load.Refusal!.Info!.Metadata["bytes_to_free"]) > 0);
        LedgerCli ledger = new(server.Profile);
        CliResult append = await ledger.RunAsync("append", "demo", "one more", "--patience", "1");
        Assert.Equal(5, append.Code);
        Assert.Matches("Free [0-9,]+ bytes there", append.Errors);
        CliResult status = await ledger.RunAsync("status", "--as", "administrator");
        Assert.Equal(5, status.Code);
        Assert.Contains("appends are refused, reads go on; free", status.Output, StringComparison.Ordinal);
        (HttpStatusCode appends, string why) = await server.AskAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, appends);
        Assert.Contains("free", why, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync("/readyz/read")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync("/healthz")).Status);
        string metrics = (await server.AskAsync("/metrics")).Text;
        Assert.Contains("ledgerstore_disk_full{} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("ledgerstore_disk_to_free_bytes{} ", metrics, StringComparison.Ordinal);
    }

    private static async Task<SmallDiskLoad> StartLoadAsync(SmallDiskServer server)
    {
        Assert.True(server.Start() is null, server.Log);
        using LedgerClient administering = server.Connect("administrator");
        foreach (string ledger in s_ledgers.Skip(1))
        {
            await administering.Admin.CreateLedgerAsync(ledger, default);
        }

        foreach (string ledger in s_ledgers)
        {
            Retention month = new()
            {
                ExpireAfter = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromDays(30)),
            };
            await administering.Admin.SetRetentionAsync(ledger, month, "a month", default);
        }

        SmallDiskLoad load = new(s_ledgers);
        load.Start(server.Connect("appender"), WritersOfEach);
        await WaitAsync(() => load.Acknowledged > 20, "appends are acknowledged");
        return load;
    }

    private static async Task<Status> UntilAsync(SmallDiskServer server, Predicate<Status> isMeant)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (true)
        {
            Status status = await StatusAsync(server);
            if (isMeant(status))
            {
                return status;
            }

            Assert.True(Environment.TickCount64 < until, $"{status.Disk}");
            await Task.Delay(100);
        }
    }

    private static async Task<Status> StatusAsync(SmallDiskServer server)
    {
        using LedgerClient administering = server.Connect("administrator");
        return await administering.Admin.GetStatusAsync(default);
    }

    private static async Task WaitAsync(Func<bool> happened, string what)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (!happened())
        {
            Assert.True(Environment.TickCount64 < until, what);
            await Task.Delay(50);
        }
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
