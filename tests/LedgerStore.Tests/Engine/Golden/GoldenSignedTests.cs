// Stores of format version 1 that signed, with one key for all ledgers as every store did then: later versions verify
// what they signed, sign on with the same key, and go over to a key for each ledger by a rotation. One has the key it
// began with (its seed is 32 times 1), the other was rotated (32 times 2). What wrote them is gone.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Engine.Golden;

public sealed class GoldenSignedTests : IDisposable
{
    private readonly string _temporary = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private readonly SigningKey _first = SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);
    private readonly SigningKey _second = SigningKey.FromSeed([.. Enumerable.Repeat((byte)2, 32)]);
    private readonly SigningKey _next = SigningKey.FromSeed([.. Enumerable.Repeat((byte)3, 32)]);

    private static string Folder => Path.Combine(SourceTree.Root, "tests/LedgerStore.Tests/Engine/Golden/v1-signed");

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _next.Dispose();
        Directory.Delete(_temporary, recursive: true);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("rotated")]
    public async Task It_verifies_and_signs_on_with_the_key_that_all_ledgers_share(string name)
    {
        string data = Copy(name);
        SigningKey current = name == "first" ? _first : _second;
        VerifyReport report = Verify(data, current);
        Assert.True(report.IsVerified, string.Join('\n', report.Findings));
        using (Store store = Open(data, current))
        {
            PublishedCheckpoint signed = await SignedDirectory.AppendSigned(store.GetLedger("payments"), 3);
            Old("payments", current).Open(signed.Note.Span, VerifierKeys.None);
            PublishedCheckpoint ofNew = await SignedDirectory.AppendSigned(store.CreateLedger("new"), 3);
            Old("new", current).Open(ofNew.Note.Span, VerifierKeys.None);
        }

        Assert.True(Verify(data, current).IsVerified);
        using SigningKey wrong = SigningKey.Generate();
        Assert.Equal(
            StoreReason.KeyMismatch, Assert.Throws<StoreException>(() => Open(data, wrong).Dispose()).Reason);
    }

    [Theory]
    [InlineData("first", false)]
    [InlineData("first", true)]
    [InlineData("rotated", false)]
    [InlineData("rotated", true)]
    public async Task A_rotation_takes_it_over_to_a_key_for_each_ledger(string name, bool withTheSameFile)
    {
        string data = Copy(name);
        SigningKey current = name == "first" ? _first : _second;
        SigningKey next = withTheSameFile ? current : _next;
        using (Store store = Open(data, current))
        {
            await store.RotateKeyAsync(next);
            // _audit says the rotation behind its border: a later checkpoint of it may be there by now.
            foreach (string ledger in store.LedgerNames.Where(static name => name != "_audit"))
            {
                // At the border by both: by the key that all shared, and by the ledger's own.
                PublishedCheckpoint both = store.GetLedger(ledger).Checkpoint!;
                Old(ledger, current).Open(both.Note.Span, VerifierKeys.None);
                LogKeySet own = DerivedKeys.Of(next)(Origin(ledger))!;
                own.Open(both.Note.Span, VerifierKeys.None);
                PublishedCheckpoint behind = await SignedDirectory.AppendSigned(store.GetLedger(ledger), 3);
                own.Open(behind.Note.Span, VerifierKeys.None);
                Assert.Throws<VerificationFailedException>(
                    () => Old(ledger, current).Open(behind.Note.Span, VerifierKeys.None));
            }

            Assert.Equal(
                StoreReason.InvalidArgument,
                (await Assert.ThrowsAsync<StoreException>(() => store.RotateKeyAsync(next))).Reason);
        }

        // The anchor, and whoever trusts the key of before, follow it across.
        using (Store reopened = Open(data, next))
        {
            await SignedDirectory.AppendSigned(reopened.GetLedger("payments"), 1);
        }

        VerifyReport report = Verify(data, current);
        Assert.True(report.IsVerified, string.Join('\n', report.Findings));
        Assert.Equal(0, report.UnvouchedEntries);
        VerifyReport derived = StoreVerifier.Verify(new VerifyOptions
        {
            DataDirectory = data,
            FindKeys = DerivedKeys.Of(next),
            AnchorPath = data + ".anchor",
        });
        Assert.True(derived.IsVerified, string.Join('\n', derived.Findings));
        Assert.Equal(0, derived.UnvouchedEntries);
    }

    private static string Origin(string ledger) => $"log.example.org/{ledger}";

    private static LogKeySet Old(string ledger, SigningKey key) => DerivedKeys.Shared(key)(Origin(ledger))!;

    private static VerifyReport Verify(string data, SigningKey key) => StoreVerifier.Verify(new VerifyOptions
    {
        DataDirectory = data,
        StoreKeys = [new VerifierKey(KeyName.Parse("store"), SignatureType.Ed25519, key.PublicKey)],
        AnchorPath = data + ".anchor",
    });

    private string Copy(string name)
    {
        string data = Path.Combine(_temporary, name);
        SignedDirectory.Copy(Path.Combine(Folder, name, "data"), data);
        File.Copy(Path.Combine(Folder, name, "anchor"), data + ".anchor");
        return data;
    }

    private static Store Open(string data, SigningKey key) => Store.Open(
        new StoreOptions
        {
            Directory = data,
            PublicName = "log.example.org",
            JournalBudgetBytes = 4 * 6 * 4096,
            CacheBytes = 1 << 20,
            ReserveBytes = 0,
            Signing = new SigningOptions { Key = key, AnchorPath = data + ".anchor" },
        },
        new StoreTuning { JournalFileBytes = 6 * 4096, BufferBytes = 4096, BufferCount = 3, HashHelpers = 0 },
        new LinuxFileSystem());
}
