// The store and its requests: how many, which ones, and what becomes of those that fail. Against a store in this
// process, so that they run everywhere; what a real one does is in RgwTests.

using LedgerStore.Engine;
using LedgerStore.Engine.S3;
using Xunit;

namespace LedgerStore.Tests.S3;

public sealed class S3ColdStoreTests : IAsyncLifetime
{
    private const string Name = "5f/7/000000000003-ab.seg";
    private static readonly byte[] s_file = Buckets.Bytes(300_000);
    private FakeS3 _fake = null!;
    private S3Proxy _proxy = null!;
    private S3ColdStore _store = null!;

    public async Task InitializeAsync()
    {
        _fake = await FakeS3.StartAsync();
        _proxy = await S3Proxy.StartAsync(_fake.Address);
        _store = Buckets.Open(_proxy.Address, "cold");
        await _store.ProbeAsync(CancellationToken.None);
        _proxy.Requests.Clear();
    }

    public async Task DisposeAsync()
    {
        _store.Dispose();
        await _proxy.DisposeAsync();
        await _fake.DisposeAsync();
    }

    [Fact]
    public async Task A_file_is_one_conditional_put_and_a_part_of_it_one_ranged_get()
    {
        Assert.True(await _store.PutAsync(Name, s_file));
        SeenRequest put = Assert.Single(_proxy.Requests);
        Assert.Equal(("PUT", "*"), (put.Method, put.IfNoneMatch));
        Assert.Equal("/cold/audit/prod/" + Name, put.Target.Split('?')[0]);
        Assert.Equal(s_file, _fake.Objects["/cold/audit/prod/" + Name]);

        _proxy.Requests.Clear();
        Assert.Equal(s_file[70_000..74_096], await _store.ReadAsync(Name, 70_000, 4_096));
        SeenRequest get = Assert.Single(_proxy.Requests);
        Assert.Equal(("GET", "bytes=70000-74095", 4_096), (get.Method, get.Range, get.AnswerBytes));
    }

    [Fact]
    public async Task A_name_that_is_taken_stays_as_it_is()
    {
        Assert.True(await _store.PutAsync(Name, s_file));
        Assert.False(await _store.PutAsync(Name, Buckets.Bytes(10)));
        Assert.Equal(s_file, await _store.ReadAsync(Name, 0, s_file.Length));
    }

    [Fact]
    public async Task Reads_end_where_the_file_does()
    {
        await _store.PutAsync(Name, s_file);
        Assert.Equal(s_file[^5..], await _store.ReadAsync(Name, s_file.Length - 5, 100));
        Assert.Empty(await _store.ReadAsync(Name, s_file.Length, 100));
        Assert.Empty(await _store.ReadAsync(Name, 5, 0));
    }

    [Theory]
    [InlineData(nameof(Flaw.None))]
    [InlineData(nameof(Flaw.KnowsNoVersions))]
    public async Task What_is_deleted_is_missing(string flaw)
    {
        await _store.PutAsync(Name, s_file);
        await _store.PutAsync(Name + "2", s_file);
        _fake.Flaw = Enum.Parse<Flaw>(flaw);
        Assert.True(await _store.DeleteAsync(Name, CancellationToken.None));
        await Buckets.FailsAsync(ColdStoreFailure.Missing, () => _store.ReadAsync(Name, 0, 10));
        Assert.Equal(s_file, await _store.ReadAsync(Name + "2", 0, s_file.Length));
        if (_fake.Flaw == Flaw.None)
        {
            Assert.False(await _store.DeleteAsync(Name, CancellationToken.None));
        }
    }

    [Fact]
    public async Task What_is_only_hidden_is_not_said_to_be_deleted()
    {
        await _store.PutAsync(Name, s_file);
        _fake.Flaw = Flaw.HidesInsteadOfDeleting;
        string message = await Buckets.FailsAsync(
            ColdStoreFailure.Refused, () => _store.DeleteAsync(Name, CancellationToken.None).AsTask());
        Assert.Contains("not deleted", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(HarmKind.Cut))]
    [InlineData(nameof(HarmKind.CutBody))]
    [InlineData(nameof(HarmKind.Answer))]
    public async Task A_put_that_failed_is_sent_again_from_the_start(string harm)
    {
        _proxy.Harms = seen => seen.Earlier == 2 ? Harm.None : HarmOf(harm);
        Assert.True(await _store.PutAsync(Name, s_file));
        Assert.Equal(3, _proxy.Requests.Count);
        Assert.Equal(s_file, _fake.Objects["/cold/audit/prod/" + Name]);
    }

    [Fact]
    public async Task A_put_whose_answer_was_lost_finds_its_own_file()
    {
        _proxy.Harms = static seen => seen.Earlier == 0 ? Harm.Of(HarmKind.LoseAnswer) : Harm.None;
        Assert.False(await _store.PutAsync(Name, s_file));
        Assert.Equal(s_file, await _store.ReadAsync(Name, 0, s_file.Length));
    }

    [Theory]
    [InlineData(nameof(HarmKind.Cut))]
    [InlineData(nameof(HarmKind.CutAnswer))]
    [InlineData(nameof(HarmKind.Answer))]
    public async Task A_read_that_failed_is_tried_again_and_then_the_store_is_away(string harm)
    {
        await _store.PutAsync(Name, s_file);
        _proxy.Harms = seen => seen.Earlier == 2 ? Harm.None : HarmOf(harm);
        Assert.Equal(s_file[9..900], await _store.ReadAsync(Name, 9, 891));
        _proxy.Harms = _ => HarmOf(harm);
        _proxy.Requests.Clear();
        string message = await Buckets.FailsAsync(ColdStoreFailure.Away, () => _store.ReadAsync(Name, 9, 891));
        Assert.Equal(3, _proxy.Requests.Count);
        Assert.Contains("failed 3 times", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_never_answers_is_away()
    {
        using S3ColdStore store = new(Buckets.OptionsOf(_proxy.Address, "cold") with
        {
            StallAfter = TimeSpan.FromMilliseconds(300),
        });
        _proxy.Harms = static _ => Harm.Of(HarmKind.Hang);
        string message = await Buckets.FailsAsync(ColdStoreFailure.Away, () => store.ReadAsync(Name, 0, 10));
        Assert.Contains("no progress", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_the_store_is_away()
    {
        Uri address = _fake.Address;
        await _fake.DisposeAsync();
        using S3ColdStore store = Buckets.Open(address, "cold");
        await Buckets.FailsAsync(ColdStoreFailure.Away, () => store.ProbeAsync(CancellationToken.None).AsTask());
        await Buckets.FailsAsync(ColdStoreFailure.Away, () => store.ReadAsync(Name, 0, 10));
    }

    [Theory]
    [InlineData(404, "NoSuchKey", ColdStoreFailure.Missing)]
    [InlineData(404, "NoSuchBucket", ColdStoreFailure.Refused)]
    [InlineData(404, "SomethingInTheWay", ColdStoreFailure.Away)]
    [InlineData(403, "AccessDenied", ColdStoreFailure.Refused)]
    [InlineData(403, "RequestTimeTooSkewed", ColdStoreFailure.Away)]
    [InlineData(400, "ExpiredToken", ColdStoreFailure.Away)]
    [InlineData(403, "QuotaExceeded", ColdStoreFailure.Full)]
    [InlineData(507, "InsufficientStorage", ColdStoreFailure.Full)]
    [InlineData(501, "NotImplemented", ColdStoreFailure.Refused)]
    [InlineData(503, "SlowDown", ColdStoreFailure.Away)]
    [InlineData(409, "ConditionalRequestConflict", ColdStoreFailure.Away)]
    public async Task Each_answer_has_its_meaning(int status, string code, ColdStoreFailure kind)
    {
        _proxy.Harms = _ => Harm.Answer(status, code);
        string message = await Buckets.FailsAsync(kind, async () => await _store.PutAsync(Name, s_file));
        Assert.Contains($"{status} {code}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_told_that_the_store_is_away()
    {
        using CancellationTokenSource gone = new();
        _proxy.Harms = _ =>
        {
            gone.Cancel();
            return Harm.Of(HarmKind.Cut);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _store.ReadAsync(Name, 0, 10, gone.Token).AsTask());
    }

    private static Harm HarmOf(string kind) => Enum.Parse<HarmKind>(kind) switch
    {
        HarmKind.Answer => Harm.Answer(503, "SlowDown"),
        HarmKind other => Harm.At(other, 100),
    };
}
