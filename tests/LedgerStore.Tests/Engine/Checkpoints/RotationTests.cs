// Key rotation as its users see it: what verifiers accept before, at and behind it.

using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class RotationTests : IDisposable
{
    private readonly SignedDirectory _directory = new();
    private readonly SigningKey _next = SigningKey.Generate();

    public void Dispose()
    {
        _next.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Every_ledger_gets_a_checkpoint_of_both_keys_and_verifiers_follow()
    {
        List<PublishedCheckpoint> old = [];
        using (Store store = _directory.Open())
        {
            Ledger busy = store.CreateLedger("busy");
            store.CreateLedger("empty");
            store.CreateLedger("idle");
            await SignedDirectory.AppendSigned(store.GetLedger("idle"), 3);
            old.Add(await SignedDirectory.AppendSigned(busy, 300));
            await SignedDirectory.Append(busy, 7);

            // Acknowledged is durable; what is signed is hashed too, a moment later.
            await busy.WaitForAsync(busy.Size);
            await store.RotateKeyAsync(_next);

            // In _audit the rotation itself was said since.
            foreach (string name in store.LedgerNames.Where(static one => one != "_audit"))
            {
                Ledger ledger = store.GetLedger(name);
                VerifiedCheckpoint both = Follow(ledger).Open(ledger.Checkpoint!.Note.Span, VerifierKeys.None);
                Assert.Equal(2, both.Signatures.Count);
                Assert.Equal(ledger.Size, ledger.Checkpoint.Size);
            }

            old.Add(busy.Checkpoint!);
            old.Add(await SignedDirectory.AppendSigned(busy, 5));
        }

        using Store reopened = _directory.Open(_directory.Signing with { Key = _next });
        Ledger again = reopened.GetLedger("busy");
        LogKeySet keys = Follow(again);
        foreach (PublishedCheckpoint checkpoint in old)
        {
            keys.Open(checkpoint.Note.Span, VerifierKeys.None);
        }

        HashSet<string> publicKeys = [];
        foreach (LedgerKey key in reopened.LedgerNames.SelectMany(name => reopened.GetLedger(name).Keys))
        {
            Assert.True(publicKeys.Add(Convert.ToHexString(VerifierKey.Parse(key.VerifierKey).PublicKey)));
        }

        Assert.Equal(2, again.Keys.Count);
        Assert.Equal(307, again.Keys[0].LastSize);
        Assert.Equal(307, again.Keys[1].FirstSize);
        Assert.Equal(3, reopened.GetLedger("idle").Checkpoint!.Size);
        await SignedDirectory.AppendSigned(reopened.GetLedger("empty"), 1);
    }

    [Fact]
    public async Task After_it_the_old_key_opens_nothing_and_signs_nothing()
    {
        using (Store store = _directory.Open())
        {
            await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 3);
            await store.RotateKeyAsync(_next);
        }

        StoreException refused = Assert.Throws<StoreException>(() => _directory.Open());
        Assert.Equal(StoreReason.KeyMismatch, refused.Reason);
    }

    [Fact]
    public async Task A_ledger_made_after_it_knows_the_new_key_only()
    {
        using Store store = _directory.Open();
        await store.RotateKeyAsync(_next);
        Ledger ledger = store.CreateLedger("payments");
        PublishedCheckpoint checkpoint = await SignedDirectory.AppendSigned(ledger, 3);
        VerifierKey key = VerifierKey.Parse(LogKeyFile.VerifierKeyOf(ledger.Origin, _next));
        LogKeySet.Trust(ledger.Origin, key).Open(checkpoint.Note.Span, VerifierKeys.None);
        Assert.Equal(key.ToString(), Assert.Single(ledger.Keys).VerifierKey);
    }

    [Fact]
    public async Task Appends_go_on_while_it_happens()
    {
        using Store store = _directory.Open();
        Ledger ledger = store.CreateLedger("payments");
        Task rotation = store.RotateKeyAsync(_next);
        for (int i = 0; i < 50; i++)
        {
            await SignedDirectory.AppendSigned(ledger, 3);
        }

        await rotation;
        StoreException same = await Assert.ThrowsAsync<StoreException>(() => store.RotateKeyAsync(_next));
        Assert.Equal(StoreReason.InvalidArgument, same.Reason);
        Assert.Equal(150, ledger.Checkpoint!.Size);
    }

    [Fact]
    public void A_key_file_is_private_or_refused_and_never_replaced()
    {
        string path = _directory.Beside("signing.pem");
        byte[] publicKey;
        using (SigningKey made = LogKeyFile.Create(path))
        {
            publicKey = made.PublicKey.ToArray();
        }

        using (SigningKey loaded = LogKeyFile.Load(path))
        {
            Assert.True(loaded.PublicKey.SequenceEqual(publicKey));
        }

        Assert.Equal(StoreReason.InvalidArgument, Assert.Throws<StoreException>(() => LogKeyFile.Create(path)).Reason);
#pragma warning disable CA1416 // The tests run where the store does.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
#pragma warning restore CA1416
        Assert.Equal(StoreReason.KeyMismatch, Assert.Throws<StoreException>(() => LogKeyFile.Load(path)).Reason);
        Assert.Equal(
            StoreReason.KeyMismatch, Assert.Throws<StoreException>(() => LogKeyFile.Load(path + "?")).Reason);
    }

    /// <summary>As a client does it: trusts the first key, and follows what the store tells.</summary>
    private LogKeySet Follow(Ledger ledger)
    {
        VerifierKey first = VerifierKey.Parse(LogKeyFile.VerifierKeyOf(ledger.Origin, _directory.Key));
        LogKeySet keys = LogKeySet.Trust(ledger.Origin, first);
        foreach (LedgerKey key in ledger.Keys)
        {
            keys = key.Statement.IsEmpty ? keys : keys.Follow(KeyRotation.Open(key.Statement.Span));
        }

        return keys;
    }
}
