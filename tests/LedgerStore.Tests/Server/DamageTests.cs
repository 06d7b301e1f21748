// A disk that lost bytes, as clients meet it: the range that is lost is named, everything else is served.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class DamageTests
{
    private const int Batches = 5;
    private const ulong Records = Batches * StoreLimits.BatchRecordsMax;

    [Fact]
    public async Task A_damaged_range_is_named_and_the_rest_is_served()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy, FillAndDamage, static settings => settings);
        List<ReadResponse> events = await server.Connect("reader").ReadEventsAsync(new ReadRequest { Ledger = "demo" });
        Unreadable lost = Assert.Single(events.Select(each => each.Unreadable), each => each is not null);
        Assert.Equal(Unreadable.Types.Cause.Damaged, lost.Cause);
        ulong delivered = (ulong)events.Sum(each => each.Entries?.Count ?? 0);
        Assert.Equal(Records, delivered + lost.Count);
        Assert.Equal(
            lost.FirstIndex + lost.Count,
            events.SkipWhile(each => each.Unreadable is null).First(each => each.Entries is not null)
                .Entries.FirstIndex);

        // What cannot leave anything out says what it lacks.
        Protocol.V1.Checkpoint checkpoint = await server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetCheckpoint, new GetCheckpointRequest { Ledger = "demo" });
        RpcException refusal = await FirstRefusalAsync(server, lost, checkpoint.Size);
        Assert.Equal((StatusCode.DataLoss, "DATA_LOSS"), (refusal.Code, refusal.Info!.Reason));
        ulong first = ulong.Parse(refusal.Info!.Metadata["first_index"]);
        Assert.InRange(first, lost.FirstIndex, lost.FirstIndex + lost.Count - 1);
        Assert.InRange(ulong.Parse(refusal.Info!.Metadata["count"]), 1ul, lost.Count);

        Finding finding = await FindingAsync(server);
        Assert.Equal("demo", finding.Ledger);
        Assert.InRange(finding.FirstIndex, lost.FirstIndex, lost.FirstIndex + lost.Count - 1);
        Assert.Equal(Records, (await server.Connect("writer").AppendAsync("demo", "goes on")).FirstIndex);
    }

    [Fact]
    public async Task A_scrub_names_the_ledger_and_the_range()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy, FillAndDamage, static settings => settings);
        using ResponseStream<Protocol.V1.ScrubProgress> scrub = server.Connect("admin").ServerStream(
            LedgerMethods.Scrub, new Protocol.V1.ScrubRequest(), default);
        Protocol.V1.ScrubProgress last = new();
        while (await scrub.Responses.ReadAsync())
        {
            last = scrub.Responses.Current;
        }

        Assert.True(last.Done);
        Assert.NotEmpty(last.Problems);
        Assert.All(last.Problems, problem => Assert.Equal("demo", problem.Ledger));
        Assert.Equal("demo", (await FindingAsync(server)).Ledger);
    }

    private static void FillAndDamage(ServerConfig config, SigningKey key)
    {
        using (Store store = RunningServer.Open(config, key, new EventQueue()))
        {
            Ledger ledger = store.CreateLedger("demo");
            int[] lengths = [.. Enumerable.Repeat(4, StoreLimits.BatchRecordsMax)];
            byte[] payload = new byte[4 * StoreLimits.BatchRecordsMax];
            new Random(5).NextBytes(payload);
            for (int batch = 0; batch < Batches; batch++)
            {
                Append(ledger, lengths, payload);
            }
        }

        string file = Directory.EnumerateFiles(config.Data, "000000000000.*.seg", SearchOption.AllDirectories)
            .MaxBy(each => new FileInfo(each).Length)!;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using FileStream segment = new(file, FileMode.Open, FileAccess.ReadWrite);
        segment.Seek(segment.Length / 2, SeekOrigin.Begin);
        segment.Write(new byte[40_000]);
    }

    private static void Append(Ledger ledger, int[] lengths, byte[] payload) => ledger.AppendAsync(
        new RecordBatch { Lengths = lengths, Payload = payload }).AsTask().GetAwaiter().GetResult();

    private static async Task<RpcException> FirstRefusalAsync(RunningServer server, Unreadable lost, ulong size)
    {
        LedgerChannel auditor = server.Connect("auditor");
        for (ulong index = lost.FirstIndex; index < lost.FirstIndex + lost.Count; index++)
        {
            try
            {
                await auditor.UnaryAsync(
                    LedgerMethods.GetInclusionProof,
                    new GetInclusionProofRequest { Ledger = "demo", Index = index, Size = size });
            }
            catch (RpcException refusal)
            {
                return refusal;
            }
        }

        throw new InvalidOperationException("every proof of the damaged range was served");
    }

    // Findings are written a second later: wait for them, not for a time.
    private static async Task<Finding> FindingAsync(RunningServer server)
    {
        while (true)
        {
            if ((await server.ReadAuditAsync()).Find(each => each.Finding is not null) is { } found)
            {
                return found.Finding;
            }

            await Task.Delay(20);
        }
    }
}
