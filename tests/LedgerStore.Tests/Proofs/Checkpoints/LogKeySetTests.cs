// Keys with ranges of sizes, and rotations: what continues a set of keys, and everything that does not.
// Test code.
using System.Text;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Checkpoints;

public sealed class LogKeySetTests : IDisposable
{
    private const string Origin = "log.example/ledger";
    private const string Other = "log.example/other";

    private readonly SigningKey[] _keys =
        [.. Enumerable.Range(1, 4).Select(i => SigningKey.FromSeed([.. Enumerable.Repeat((byte)i, 32)]))];

    private readonly NoteSigner _first;
    private readonly NoteSigner _second;
    private readonly NoteSigner _third;
    private readonly NoteCosigner _witness;

    public LogKeySetTests()
    {
        _first = new NoteSigner(KeyName.Parse(Origin), _keys[0]);
        _second = new NoteSigner(KeyName.Parse(Origin), _keys[1]);
        _third = new NoteSigner(KeyName.Parse(Origin), _keys[2]);
        _witness = new NoteCosigner(KeyName.Parse("witness.example"), _keys[3]);
    }

    public void Dispose() => Array.ForEach(_keys, key => key.Dispose());

    [Fact]
    public void A_key_of_another_log_is_no_key_of_this_one()
    {
        NoteSigner sameKey = Named(Other, 0);
        Assert.Throws<VerificationFailedException>(() => LogKeySet.Trust(Origin, sameKey.ToVerifierKey()));

        // Both signed with one key: each is refused as the other, whoever relabels the signature line.
        LogKeySet other = LogKeySet.Trust(Other, sameKey.ToVerifierKey());
        foreach (NoteSigner signer in (NoteSigner[])[_first, sameKey])
        {
            SignedNote note = Checkpoint.Sign(Origin, 3, default, signer);
            Assert.Throws<VerificationFailedException>(() => other.Open(note.Bytes, VerifierKeys.None));
            note = note.WithCosignature(_witness, 1);
            Assert.Throws<VerificationFailedException>(
                () => other.Open(note.Bytes, new VerifierKeys(_witness.ToVerifierKey())));
        }
    }

    [Fact]
    public void A_rotation_names_its_keys_after_its_log()
    {
        Assert.Throws<MalformedDataException>(() => KeyRotation.Create(Origin, _first, Named(Other, 1), 5));
        Assert.Throws<MalformedDataException>(() => KeyRotation.Create(Origin, Named(Other, 0), _second, 5));
        Assert.Throws<MalformedDataException>(() => KeyRotation.Create(Other, _first, _second, 5));
    }

    [Fact]
    public void The_statement_has_the_text_that_is_documented()
    {
        KeyRotation rotation = KeyRotation.Create(Origin, _first, _second, 100);
        Assert.Equal(
            $"ledgerstore key rotation/v1\n{Origin}\n{_first.ToVerifierKey()}\n{_second.ToVerifierKey()}\n100\n",
            Encoding.UTF8.GetString(rotation.Note.Text));

        KeyRotation again = KeyRotation.Open(rotation.Note.Bytes);
        Assert.Equal((Origin, 100UL), (again.Origin, again.Size));
        Assert.Equal((_first.ToVerifierKey(), _second.ToVerifierKey()), (again.OldKey, again.NewKey));
    }

    [Fact]
    public void Who_trusts_one_of_several_keys_can_verify_from_its_time_on()
    {
        KeyRotation[] statements =
        [
            KeyRotation.Create(Origin, _second, _third, 200), KeyRotation.Create(Origin, _first, _second, 100),
        ];
        (NoteSigner Signer, ulong First, ulong Last)[] ranges =
            [(_first, 0, 100), (_second, 100, 200), (_third, 200, 300)];
        for (int trusted = 0; trusted < ranges.Length; trusted++)
        {
            LogKeySet log = LogKeySet.Trust(Origin, ranges[trusted].Signer.ToVerifierKey(), statements);
            for (int signing = 0; signing < ranges.Length; signing++)
            {
                (NoteSigner signer, ulong first, ulong last) = ranges[signing];
                for (ulong size = 0; size <= 300; size += 50)
                {
                    SignedNote note = Checkpoint.Sign(Origin, size, default, signer);
                    Exception? error = Record.Exception(() => log.Open(note.Bytes, VerifierKeys.None));
                    bool isBelieved = signing >= trusted && size >= first && size <= last;
                    Assert.True(isBelieved ? error is null : error is VerificationFailedException);
                }
            }
        }

        KeyRotation other = KeyRotation.Create(Origin, _first, _third, 100);
        Assert.Throws<VerificationFailedException>(
            () => LogKeySet.Trust(Origin, _first.ToVerifierKey(), [.. statements, other]));
        Assert.Throws<VerificationFailedException>(
            () => LogKeySet.Trust("log.example/other", _first.ToVerifierKey(), statements));
    }

    [Fact]
    public void Each_key_signs_in_its_range_and_both_at_the_border()
    {
        LogKeySet log = LogKeySet.Trust(Origin, _first.ToVerifierKey())
            .Follow(KeyRotation.Create(Origin, _first, _second, 100))
            .Follow(KeyRotation.Create(Origin, _second, _third, 200));

        (NoteSigner Signer, ulong First, ulong Last)[] ranges =
            [(_first, 0, 100), (_second, 100, 200), (_third, 200, 300)];
        foreach ((NoteSigner signer, ulong first, ulong last) in ranges)
        {
            for (ulong size = 0; size <= 300; size += 50)
            {
                SignedNote note = Checkpoint.Sign(Origin, size, default, signer);
                Exception? error = Record.Exception(() => log.Open(note.Bytes, VerifierKeys.None));
                Assert.True(size >= first && size <= last ? error is null : error is VerificationFailedException);
            }
        }

        SignedNote both = Checkpoint.Sign(Origin, 100, default, _first, _second);
        Assert.Equal(2, log.Open(both.Bytes, VerifierKeys.None).Signatures.Count);

        // Beyond the border the old key's signature does not count, and does no harm either.
        SignedNote late = Checkpoint.Sign(Origin, 101, default, _first, _second);
        Assert.Equal(_second.ToVerifierKey(), Assert.Single(log.Open(late.Bytes, VerifierKeys.None).Signatures).Key);
    }

    [Fact]
    public void A_cosigner_does_not_replace_a_key_out_of_its_range()
    {
        LogKeySet log = LogKeySet.Trust(Origin, _first.ToVerifierKey())
            .Follow(KeyRotation.Create(Origin, _first, _second, 100));
        SignedNote note = Checkpoint.Sign(Origin, 101, default, _first).WithCosignature(_witness, 1);
        Assert.Throws<VerificationFailedException>(
            () => log.Open(note.Bytes, new VerifierKeys(_witness.ToVerifierKey())));
    }

    [Fact]
    public void The_same_rotation_again_changes_nothing()
    {
        KeyRotation rotation = KeyRotation.Create(Origin, _first, _second, 100);
        LogKeySet log = LogKeySet.Trust(Origin, _first.ToVerifierKey()).Follow(rotation);
        Assert.Same(log, log.Follow(rotation));
        LogKeySet later = log.Follow(KeyRotation.Create(Origin, _second, _third, 200));
        Assert.Same(later, later.Follow(rotation));
    }

    [Fact]
    public void A_rotation_that_does_not_continue_the_set_is_refused()
    {
        LogKeySet log = LogKeySet.Trust(Origin, _first.ToVerifierKey())
            .Follow(KeyRotation.Create(Origin, _first, _second, 100));
        (string Why, KeyRotation Rotation)[] refused =
        [
            ("is of the log", KeyRotation.Create(Other, Named(Other, 1), Named(Other, 2), 200)),
            ("not known", KeyRotation.Create(Origin, _third, _second, 200)),
            ("already rotated", KeyRotation.Create(Origin, _first, _third, 100)),
            ("already rotated", KeyRotation.Create(Origin, _first, _second, 101)),
            ("before the old key's first", KeyRotation.Create(Origin, _second, _third, 99)),
            ("a key of this log before", KeyRotation.Create(Origin, _second, _first, 200)),
        ];
        foreach ((string why, KeyRotation rotation) in refused)
        {
            VerificationFailedException error =
                Assert.Throws<VerificationFailedException>(() => log.Follow(rotation));
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_rotation_that_one_key_did_not_sign_is_refused()
    {
        SignedNote note = KeyRotation.Create(Origin, _first, _second, 100).Note;
        foreach (NoteSigner signer in new[] { _first, _second })
        {
            SignedNote half = SignedNote.Sign(note.Text, signer);
            Assert.Throws<VerificationFailedException>(() => KeyRotation.Open(half.Bytes));
        }
    }

    [Fact]
    public void Other_statements_are_malformed()
    {
        string oldKey = _first.ToVerifierKey().ToString();
        string newKey = _second.ToVerifierKey().ToString();
        string[] texts =
        [
            "\n",
            "ledgerstore key rotation/v2\no\n" + oldKey + "\n" + newKey + "\n1\n",
            "ledgerstore key rotation/v1\n\n" + oldKey + "\n" + newKey + "\n1\n",
            "ledgerstore key rotation/v1\no\n" + oldKey + "\n" + newKey + "\n",
            "ledgerstore key rotation/v1\no\n" + oldKey + "\n" + newKey + "\n01\n",
            "ledgerstore key rotation/v1\no\n" + oldKey + "\n" + newKey + "\n1\nmore\n",
            "ledgerstore key rotation/v1\no\n" + oldKey + "\n" + oldKey + "\n1\n",
            "ledgerstore key rotation/v1\no\n" + oldKey + "\n" + _witness.ToVerifierKey() + "\n1\n",
            "ledgerstore key rotation/v1\no\n" + oldKey + "\nnokey\n1\n",
        ];
        foreach (string text in texts)
        {
            SignedNote note = SignedNote.Sign(Encoding.UTF8.GetBytes(text), _first, _second);
            Assert.Throws<MalformedDataException>(() => KeyRotation.Open(note.Bytes));
        }
    }

    [Fact]
    public void A_checkpoint_is_no_rotation_and_a_rotation_no_checkpoint()
    {
        KeyRotation rotation = KeyRotation.Create("5", Named("5", 0), Named("5", 1), 100);
        Assert.Throws<MalformedDataException>(() => Checkpoint.Parse(rotation.Note.Text));
        SignedNote checkpoint = Checkpoint.Sign("ledgerstore key rotation/v1", 5, default, _first, _second);
        Assert.Throws<MalformedDataException>(() => KeyRotation.Open(checkpoint.Bytes));
    }

    [Fact]
    public void A_set_holds_no_key_twice_and_no_cosigner()
    {
        LogKey key = new(_first.ToVerifierKey(), 0, null);
        Assert.Throws<ArgumentException>(() => new LogKeySet(Origin));
        Assert.Throws<ArgumentException>(() => new LogKeySet(Origin, key, key));
        Assert.Throws<ArgumentException>(() => new LogKey(_witness.ToVerifierKey(), 0, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogKey(_first.ToVerifierKey(), 5, 4));
    }

    private NoteSigner Named(string origin, int key) => new(KeyName.Parse(origin), _keys[key]);
}
