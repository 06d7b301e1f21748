// What a store must be able to do, and that one which cannot is refused before a segment goes there.

using LedgerStore.Engine;
using LedgerStore.Engine.S3;
using Xunit;

namespace LedgerStore.Tests.S3;

public sealed class S3ProbeTests : IAsyncLifetime
{
    private FakeS3 _fake = null!;

    public async Task InitializeAsync() => _fake = await FakeS3.StartAsync();

    public async Task DisposeAsync() => await _fake.DisposeAsync();

    [Fact]
    public async Task An_honest_store_is_accepted_at_every_start()
    {
        for (int start = 0; start < 3; start++)
        {
            using S3ColdStore store = Buckets.Open(_fake.Address, "cold");
            await store.ProbeAsync(CancellationToken.None);
            Assert.Equal("/cold/audit/prod/ledgerstore-probe", Assert.Single(_fake.Objects).Key);
        }
    }

    [Theory]
    [InlineData(nameof(Flaw.IgnoresIfNoneMatch), "ignores If-None-Match")]
    [InlineData(nameof(Flaw.SaysTakenAndReplaces), "gives other bytes back")]
    [InlineData(nameof(Flaw.SaysTakenAlways), "although there is no such object")]
    [InlineData(nameof(Flaw.IgnoresRange), "ignores Range")]
    [InlineData(nameof(Flaw.GivesOtherBytes), "gives other bytes back")]
    [InlineData(nameof(Flaw.ForbidsEverything), "403 AccessDenied")]
    public async Task A_store_that_cannot_be_trusted_is_refused(string flaw, string why)
    {
        _fake.Flaw = Enum.Parse<Flaw>(flaw);
        using S3ColdStore store = Buckets.Open(_fake.Address, "cold");
        string message = await Buckets.FailsAsync(
            ColdStoreFailure.Refused, () => store.ProbeAsync(CancellationToken.None).AsTask());
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.Contains(store.Description, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_ignores_conditions_gets_no_segment(bool wasThere)
    {
        // Also when it was used before, and is honest no more.
        if (wasThere)
        {
            using S3ColdStore before = Buckets.Open(_fake.Address, "cold");
            await before.ProbeAsync(CancellationToken.None);
        }

        _fake.Flaw = Flaw.IgnoresIfNoneMatch;
        using S3ColdStore store = Buckets.Open(_fake.Address, "cold");
        await Buckets.FailsAsync(
            ColdStoreFailure.Refused, async () => await store.PutAsync("1/2/3.seg", Buckets.Bytes(100)));
        Assert.DoesNotContain("/cold/audit/prod/1/2/3.seg", _fake.Objects.Keys);

        // It leaves nothing behind that would speak against the store that comes after it.
        _fake.Flaw = Flaw.None;
        using S3ColdStore honest = Buckets.Open(_fake.Address, "cold");
        Assert.True(await honest.PutAsync("1/2/3.seg", Buckets.Bytes(100)));
    }

    [Fact]
    public async Task A_store_that_was_away_at_the_start_is_probed_before_the_first_segment()
    {
        await using S3Proxy proxy = await S3Proxy.StartAsync(_fake.Address);
        proxy.Harms = static _ => Harm.Of(HarmKind.Cut);
        using S3ColdStore store = Buckets.Open(proxy.Address, "cold");
        await Buckets.FailsAsync(ColdStoreFailure.Away, () => store.ProbeAsync(CancellationToken.None).AsTask());

        proxy.Harms = static _ => Harm.None;
        _fake.Flaw = Flaw.SaysTakenAndReplaces;
        await Buckets.FailsAsync(
            ColdStoreFailure.Refused, async () => await store.PutAsync("1/2/3.seg", Buckets.Bytes(100)));
        _fake.Flaw = Flaw.None;
        _fake.Objects.Clear();
        Assert.True(await store.PutAsync("1/2/3.seg", Buckets.Bytes(100)));
        int before = proxy.Requests.Count;
        Assert.True(await store.PutAsync("1/2/4.seg", Buckets.Bytes(100)));
        Assert.Equal(before + 1, proxy.Requests.Count);
    }
}
