// Keys of ledgers, derived from the store's: the vectors of docs/FORMAT.md, computed by other programs, and that no two
// ledgers share a key.
// Test code.
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Proofs;
using LedgerStore.Tests.Policy;
using Xunit;

namespace LedgerStore.Tests.Proofs.Signing;

public sealed class LedgerKeyDerivationTests : IDisposable
{
    private readonly SigningKey _store = SigningKey.FromSeed([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("ledger.example.org/payments+5f8f3e41+AQJjYs0Kq69kqKKnq+tNysTBV048icIanfnqYE8yNHGG")]
    [InlineData("ledger.example.org/_audit+1a0dc812+ARNcNZoHaUXxKczkX7X2QaC7H4pOF4iC0vYOwbi6jMRd")]
    public void The_vectors_of_the_document(string vkey)
    {
        KeyName origin = KeyName.Parse(vkey[..vkey.IndexOf('+', StringComparison.Ordinal)]);
        Assert.Equal(
            vkey, LedgerKeyDerivation.VerifierKeyOf(_store, origin, KeyScheme.Derived).ToString());
        Assert.Contains(vkey, Samples.RepositoryFile("docs", "FORMAT.md"), StringComparison.Ordinal);
    }

    /// <summary>RFC 5869 written out, with nothing but HMAC.</summary>
    [Fact]
    public void The_seed_is_HKDF_of_seed_and_origin()
    {
        byte[] seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] extracted = HMACSHA256.HashData("ledgerstore ledger key/v1"u8.ToArray(), seed);
        byte[] info = [.. Encoding.UTF8.GetBytes("ledger.example.org/payments"), 1];
        byte[] expanded = HMACSHA256.HashData(extracted, info);
        using SigningKey expected = SigningKey.FromSeed(expanded);
        using SigningKey derived = LedgerKeyDerivation.Derive(_store, KeyName.Parse("ledger.example.org/payments"));
        Assert.True(derived.PublicKey.SequenceEqual(expected.PublicKey));
    }

    [Fact]
    public void No_two_ledgers_and_no_two_stores_share_a_key()
    {
        using SigningKey another = SigningKey.FromSeed([.. Enumerable.Repeat((byte)7, 32)]);
        HashSet<string> keys = [Convert.ToHexString(_store.PublicKey), Convert.ToHexString(another.PublicKey)];
        string[] origins = ["a", "a/b", "a/b/c", "ab", "A", "a.", "ledger.example.org/a", "ledger.example.org/b"];
        foreach (string origin in origins)
        {
            foreach (SigningKey store in (SigningKey[])[_store, another])
            {
                using SigningKey key = LedgerKeyDerivation.Derive(store, KeyName.Parse(origin));
                Assert.True(keys.Add(Convert.ToHexString(key.PublicKey)), origin);
            }
        }
    }

    /// <summary>Whoever forgets to compare names: the signature itself does not verify.</summary>
    [Fact]
    public void A_signature_of_one_ledger_is_none_of_another_whatever_its_line_says()
    {
        KeyName mine = KeyName.Parse("ledger.example.org/a");
        KeyName others = KeyName.Parse("ledger.example.org/b");
        using SigningKey key = LedgerKeyDerivation.Derive(_store, mine);
        SignedNote note = Checkpoint.Sign(mine.Text, 7, default, new NoteSigner(mine, key));
        VerifierKey another = LedgerKeyDerivation.VerifierKeyOf(_store, others, KeyScheme.Derived);
        byte[] line = Convert.FromBase64String(Encoding.UTF8.GetString(note.Bytes).Split(' ')[^1].Trim());
        Assert.False(another.Verify(note.Text, line.AsSpan(4)));
        VerifierKey own = LedgerKeyDerivation.VerifierKeyOf(_store, mine, KeyScheme.Derived);
        Assert.True(own.Verify(note.Text, line.AsSpan(4)));

        // With one key for both it would have been: there only the name is another.
        using SigningKey shared = SigningKey.FromSeed([.. Enumerable.Repeat((byte)7, 32)]);
        SignedNote old = Checkpoint.Sign(mine.Text, 7, default, new NoteSigner(mine, shared));
        line = Convert.FromBase64String(Encoding.UTF8.GetString(old.Bytes).Split(' ')[^1].Trim());
        VerifierKey renamed = LedgerKeyDerivation.VerifierKeyOf(shared, others, KeyScheme.Shared);
        Assert.True(renamed.Verify(old.Text, line.AsSpan(4)));
        Assert.Throws<VerificationFailedException>(
            () => LogKeySet.Trust(others.Text, renamed).Open(old.Bytes, VerifierKeys.None));
    }
}
