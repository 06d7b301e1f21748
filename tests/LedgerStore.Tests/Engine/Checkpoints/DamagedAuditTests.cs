// `_audit` with damaged files: whoever records every access is not opened, and nothing is changed by the try; whoever
// embeds the engine may go on around it.

using LedgerStore.Engine;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class DamagedAuditTests : IDisposable
{
    private readonly SignedDirectory _directory = new();

    private string StateLog => Path.Combine(_directory.Data, "ledgers", "0", "state.log");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_store_is_refused_and_a_file_that_is_put_back_finds_everything_behind_it(bool isKilled)
    {
        PublishedCheckpoint signed = await _directory.AppendSigned("_audit", 300);
        if (isKilled)
        {
            using (Store store = _directory.Open())
            {
                signed = await SignedDirectory.AppendSigned(store.GetLedger("_audit"), 100);
                SignedDirectory.Copy(_directory.Data, _directory.Beside("killed"));
            }

            _directory.Restore(_directory.Beside("killed"));
        }

        string away = _directory.Beside("state.log");
        File.Move(StateLog, away);
        for (int start = 0; start < 2; start++)
        {
            StoreException refused = Assert.Throws<StoreException>(
                () => _directory.Open(options => options with { RequireSoundAudit = true }));
            Assert.Equal(StoreReason.AuditDamaged, refused.Reason);
            Assert.Contains("ledgers/0", refused.Message, StringComparison.Ordinal);
        }

        File.Move(away, StateLog);
        using Store again = _directory.Open(options => options with { RequireSoundAudit = true });
        Assert.Equal(signed.Size, again.GetLedger("_audit").Size);
        await again.GetLedger("_audit").AppendAsync("goes on"u8);
    }

    [Fact]
    public async Task The_engine_alone_serves_around_it()
    {
        await _directory.AppendSigned("other", 100);
        await _directory.AppendSigned("_audit", 300);
        File.Delete(StateLog);
        using Store store = _directory.Open();
        Assert.NotNull(store.GetLedger("_audit").Describe().Damage);
        await store.GetLedger("other").AppendAsync("goes on"u8);
    }
}
