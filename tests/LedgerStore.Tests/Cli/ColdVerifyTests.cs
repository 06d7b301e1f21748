// A data directory whose cold segments are in a bucket, verified offline: with the bucket everything is hashed, without
// it that is said, and bytes that changed there are found. The store and its requests are real, the bucket is our own.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Tamper.Campaign;
using LedgerStore.Tests.S3;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ColdVerifyTests : IDisposable
{
    private const string Bucket = "audit-cold";
    private const int Entries = 65_536 + 100;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore-cold-").FullName;
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly LedgerCli _ledger;

    public ColdVerifyTests()
    {
        Buckets.UseKeys();
        _ledger = new LedgerCli(Path.Combine(_root, "config.yaml"));
    }

    private string Data => Path.Combine(_root, "data");

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task What_is_in_a_bucket_is_hashed_too()
    {
        await using FakeS3 bucket = await FakeS3.StartAsync();
        await FillAsync(bucket);
        CliResult without = await _ledger.RunAsync("verify", "--data", Data);
        Assert.Equal(6, without.Code);
        Assert.Contains("payload not checked: in cold tier", without.Output, StringComparison.Ordinal);
        Assert.Contains("--cold s3://BUCKET/PREFIX", without.Errors, StringComparison.Ordinal);

        CliResult with = await VerifyAsync(bucket);
        Assert.True(with.Code == 0, with.ToString());
        Assert.DoesNotContain("not checked", with.Output, StringComparison.Ordinal);
        Assert.Contains($"payments  {Entries}", with.Output, StringComparison.Ordinal);

        (string name, byte[] bytes) = bucket.Objects.MaxBy(one => one.Value.Length);
        byte[] changed = [.. bytes];
        changed[changed.Length / 2] ^= 1;
        bucket.Objects[name] = changed;
        CliResult found = await VerifyAsync(bucket);
        Assert.Equal(1, found.Code);
        Assert.Contains("payments: entr", found.Output, StringComparison.Ordinal);

        bucket.Objects.TryRemove(name, out _);
        CliResult gone = await VerifyAsync(bucket);
        Assert.Equal(1, gone.Code);
        Assert.Contains("could not be fetched", gone.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://", "names no bucket")]
    [InlineData("s3://UPPER/x", "names no bucket")]
    [InlineData("./cold", "are of a bucket")]
    public async Task A_place_that_is_none_is_refused(string place, string says)
    {
        CliResult refused = await _ledger.RunAsync(
            "verify", "--data", Data, "--cold", place, "--cold-endpoint", "http://localhost:1");
        Assert.Equal(2, refused.Code);
        Assert.Contains(says, refused.Errors, StringComparison.Ordinal);
    }

    private Task<CliResult> VerifyAsync(FakeS3 bucket) => _ledger.RunAsync(
        "verify", "--data", Data, "--cold", $"s3://{Bucket}/audit/prod", "--cold-endpoint", $"{bucket.Address}");

    private async Task FillAsync(FakeS3 bucket)
    {
        using LedgerStore.Engine.S3.S3ColdStore cold = Buckets.Open(bucket.Address, Bucket);
        using (Store store = Open(TimeProvider.System, cold))
        {
            Ledger payments = store.CreateLedger("payments");
            byte[][] records = [.. Enumerable.Range(0, Entries).Select(i => Encoding.UTF8.GetBytes($"payment {i}"))];
            foreach (byte[][] batch in records.Chunk(8_192))
            {
                await payments.AppendAsync(new RecordBatch
                {
                    Lengths = batch.Select(record => record.Length).ToArray(),
                    Payload = batch.SelectMany(record => record).ToArray(),
                });
            }

            await payments.WaitForCheckpointAsync(Entries).AsTask().WaitAsync(s_patience);
            CliResult trusted = await _ledger.RunAsync("trust", "add", payments.VerifierKey!);
            Assert.True(trusted.Code == 0, trusted.ToString());
            await _ledger.RunAsync("trust", "add", store.GetLedger("_audit").VerifierKey!);
        }

        using (Store store = Open(new MovedTime(TimeSpan.FromDays(1)), cold))
        {
            Ledger payments = store.GetLedger("payments");
            payments.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
            while (payments.PlanRetention().Count > 0)
            {
                await payments.ApplyRetentionAsync().WaitAsync(s_patience);
            }
        }
    }

    private Store Open(TimeProvider time, IColdStore cold)
    {
        StoreOptions options = new()
        {
            Directory = Data,
            JournalBudgetBytes = 32 << 20,
            ReserveBytes = 1 << 20,
            Time = time,
            Cold = cold,
            Signing = new SigningOptions { Key = _key, AnchorPath = Path.Combine(_root, "anchor") },
            Scrub = new ScrubOptions { IsContinuous = false },
            Tiering = new TieringOptions { BytesPerSecond = 1L << 30, Interval = TimeSpan.FromMilliseconds(10) },
        };
        StoreTuning tuning = new() { BufferBytes = 1 << 20, BufferCount = 4, JournalFileBytes = 8 << 20 };
        return Store.Open(options, tuning, new LinuxFileSystem());
    }
}
