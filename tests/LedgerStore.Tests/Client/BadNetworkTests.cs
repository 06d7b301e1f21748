// The library through a proxy that refuses, delays, truncates and cuts its connections: every record is there once, in
// order, and every reader gets each of them once. The seed is in the message of a failure.

using LedgerStore.Client;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class BadNetworkTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private static bool IsLong => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    public static TheoryData<ulong> Seeds =>
        new(Enumerable.Range(1, IsLong ? 200 : 6).Select(seed => (ulong)seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_record_is_there_once_and_in_order(ulong seed)
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using BadProxy proxy = new(server.Address, seed);
        using LedgerClient client = FakeServer.Connect(proxy.Address);
        await ExactlyOnceTests.RunAsync(client, server.Ledger, "p", callers: 8, records: 60);
        Assert.True(proxy.Cuts > 0, "the network was bad");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_reader_gets_every_entry_once_and_in_order(ulong seed)
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(3000, static i => new byte[i % 700]);
        await using BadProxy proxy = new(server.Address, seed) { CutsOneIn = 60 };
        using LedgerClient client = FakeServer.Connect(proxy.Address);
        List<ulong> indexes = [];
        await foreach (LedgerEntry entry in client.CreateReader("demo")
            .ReadEntriesAsync(new ReadOptions { RetryDelayMax = TimeSpan.FromMilliseconds(5) }))
        {
            Assert.Equal((int)(entry.Index % 700), entry.Payload.Length);
            indexes.Add(entry.Index);
        }

        Assert.Equal(Enumerable.Range(0, 3000).Select(i => (ulong)i), indexes);
    }

    [Fact]
    public async Task An_import_to_the_real_server_over_Tls_is_there_once_and_in_order()
    {
        const int Batches = 300;
        const int Each = 50;
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using BadProxy proxy = new(server.Address, seed: 7);
        using (LedgerClient client = server.Connect("appender", proxy.Address))
        await using (Appender appender = client.CreateAppender("demo", new AppenderOptions
        {
            Producer = "import",
            RetryDelayMax = TimeSpan.FromMilliseconds(20),
        }))
        {
            int[] lengths = [.. Enumerable.Repeat(8, Each)];
            for (int batch = 0; batch < Batches; batch++)
            {
                byte[] records =
                    [.. Enumerable.Range(0, Each).SelectMany(i => AppenderTests.Record(0, (batch * Each) + i))];
                await appender.PostBatchAsync(records, lengths);
                await Task.Delay(1);
            }

            await appender.FlushAsync().WaitAsync(s_patience);
        }

        Assert.True(proxy.Cuts > 0, "the network was bad");
        using LedgerClient reading = server.Connect("reader");
        int expected = 0;
        await foreach (LedgerEntry entry in reading.CreateReader("demo").ReadEntriesAsync(new ReadOptions()))
        {
            Assert.Equal(AppenderTests.Record(0, expected), entry.Payload.ToArray());
            Assert.Equal((ulong)++expected, entry.ProducerSequence);
        }

        Assert.Equal(Batches * Each, expected);
    }
}
