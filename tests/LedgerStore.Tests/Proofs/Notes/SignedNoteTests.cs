// Signed notes: the published ones are decided as published, ours verify, and no change goes unnoticed.
// Test code.
using System.Text;
using System.Text.Json;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Notes;

public sealed class SignedNoteTests : IDisposable
{
    private readonly SigningKey _logKey = SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);
    private readonly SigningKey _witnessKey = SigningKey.FromSeed([.. Enumerable.Repeat((byte)2, 32)]);
    private readonly NoteSigner _log;
    private readonly NoteCosigner _witness;

    public SignedNoteTests()
    {
        _log = new NoteSigner(KeyName.Parse("log.example/ledger"), _logKey);
        _witness = new NoteCosigner(KeyName.Parse("witness.example"), _witnessKey);
    }

    public void Dispose()
    {
        _logKey.Dispose();
        _witnessKey.Dispose();
    }

    // C2SP signed-note, the example of the specification.
    [Fact]
    public void The_example_of_the_specification_verifies()
    {
        const string Text =
            "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1E"
            + "RYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        SignedNote note = SignedNote.Parse(Encoding.UTF8.GetBytes(Text));
        VerifierKey key = VerifierKey.Parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
        Assert.Equal(key, Assert.Single(note.Verify(new VerifierKeys(key))).Key);
    }

    [FormatVectorsFact]
    public void The_published_notes_are_decided_as_published()
    {
        int count = 0;
        foreach (JsonElement vector in FormatVectors.Read("notes/notes.json").EnumerateArray())
        {
            string id = vector.GetProperty("id").GetString()!;
            byte[] bytes = vector.GetProperty("note_b64").GetBytesFromBase64();
            VerifierKeys keys = new([.. vector.GetProperty("vkeys").EnumerateArray()
                .Select(vkey => VerifierKey.Parse(vkey.GetString()!))]);
            Assert.True(vector.GetProperty("expect").GetString() == Decide(bytes, keys), id);
            count++;
        }

        Assert.Equal(20, count);
    }

    [Fact]
    public void A_note_of_ours_verifies()
    {
        SignedNote note = SignedNote.Sign("text\n\nwith a blank line\n"u8, _log).WithCosignature(_witness, 170);
        SignedNote again = SignedNote.Parse(note.Bytes);
        Assert.Equal("text\n\nwith a blank line\n"u8, again.Text);

        IReadOnlyList<VerifiedSignature> verified = again.Verify(Known());
        Assert.Equal(
            [(_log.ToVerifierKey(), null), (_witness.ToVerifierKey(), 170UL)],
            verified.Select(signature => (signature.Key, signature.Seconds)));
    }

    [Fact]
    public void An_unknown_signer_is_passed_over_and_a_known_bad_one_is_not()
    {
        using SigningKey strangerKey = SigningKey.Generate();
        SignedNote note = SignedNote.Sign("text\n"u8, new NoteSigner(KeyName.Parse("stranger"), strangerKey), _log);
        Assert.Equal(_log.ToVerifierKey(), Assert.Single(note.Verify(Known())).Key);

        // The log's line, but over another text.
        SignedNote other = SignedNote.Sign("other text\n"u8, _log).WithCosignature(_witness, 1);
        SignedNote mixed = SignedNote.Parse(
            [.. "text\n\n"u8, .. other.Signatures[0].Line, .. SignedNote.Sign("text\n"u8, _log).Signatures[0].Line]);
        Assert.Throws<VerificationFailedException>(() => mixed.Verify(Known()));
    }

    [Fact]
    public void A_note_of_nobody_known_is_refused()
    {
        SignedNote note = SignedNote.Sign("text\n"u8, _log);
        Assert.Throws<VerificationFailedException>(() => note.Verify(VerifierKeys.None));
        Assert.Throws<VerificationFailedException>(() => note.Verify(new VerifierKeys(_witness.ToVerifierKey())));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    public void Many_signatures_verify(int count)
    {
        List<SigningKey> keys = [.. Enumerable.Range(0, count).Select(_ => SigningKey.Generate())];
        NoteSigner[] signers = [.. keys.Select((key, i) => new NoteSigner(KeyName.Parse($"signer{i}"), key))];
        SignedNote note = SignedNote.Sign("text\n"u8, signers);
        VerifierKeys known = new([.. signers.Select(signer => signer.ToVerifierKey())]);
        Assert.Equal(count, note.Verify(known).Count);

        if (count == SignedNote.SignaturesMax)
        {
            Assert.Throws<MalformedDataException>(() => note.WithSignature(_log));
        }

        keys.ForEach(key => key.Dispose());
    }

    [Fact]
    public void A_cosigner_that_signed_twice_counts_once_with_its_newest_time()
    {
        SignedNote note = SignedNote.Sign("text\n"u8, _log);
        byte[] bytes = [.. note.Bytes, .. _witness.SignLine(note.Text, 7), .. _witness.SignLine(note.Text, 9),
            .. _witness.SignLine(note.Text, 8)];
        IReadOnlyList<VerifiedSignature> verified = SignedNote.Parse(bytes).Verify(Known());
        Assert.Equal([null, 9UL], verified.Select(signature => signature.Seconds));

        // Signing again replaces.
        SignedNote again = note.WithCosignature(_witness, 7).WithCosignature(_witness, 9).WithSignature(_log);
        Assert.Equal(2, again.Signatures.Length);
    }

    [Fact]
    public void Lines_of_a_witness_are_added()
    {
        SignedNote note = SignedNote.Sign("text\n"u8, _log);
        SignedNote cosigned = note.WithSignatureLines(_witness.SignLine(note.Text, 5));
        Assert.Equal(2, cosigned.Verify(Known()).Count);
        Assert.Throws<MalformedDataException>(() => note.WithSignatureLines("no line\n"u8));
        Assert.Throws<MalformedDataException>(() => note.WithSignatureLines("no newline"u8));
        Assert.Throws<MalformedDataException>(() => note.WithSignatureLines("\n"u8));
        byte[] tooMany = [.. Enumerable.Repeat("\u2014 n AAAAAAE=\n"u8.ToArray(), 65).SelectMany(line => line)];
        Assert.Throws<MalformedDataException>(() => note.WithSignatureLines(tooMany));
    }

    [Fact]
    public void A_time_beyond_int64_is_no_time()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _witness.SignLine("text\n"u8, 1UL << 63));
        byte[] signature = new byte[72];
        signature[0] = 0x80;
        _witnessKey.Sign(CosignatureMessage.Build(1UL << 63, "text\n"u8), signature.AsSpan(8));
        Assert.False(_witness.ToVerifierKey().Verify("text\n"u8, signature));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\n\n")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\nnot a signature\n")]
    [InlineData("text\n\n— name\n")]
    [InlineData("text\n\n— name \n")]
    [InlineData("text\n\n— name AAAAAA==\n")] // four bytes: a key ID without a signature
    [InlineData("text\n\n— name AAAAAAE=")]
    [InlineData("text\n\n— name AAAAAAF=\n")] // trailing bits that are not zero
    [InlineData("text\n\n—  AAAAAAE=\n")]
    [InlineData("text\n\n— na+me AAAAAAE=\n")]
    [InlineData("text\n\n— name AAAAAAE= \n")]
    [InlineData("text\n\n— name AAAA AAE=\n")]
    [InlineData("text\n\n- name AAAAAAE=\n")]
    [InlineData("te\txt\n\n— name AAAAAAE=\n")]
    [InlineData("text\r\n\n— name AAAAAAE=\n")]
    public void Other_texts_are_malformed(string note) =>
        Assert.Throws<MalformedDataException>(() => SignedNote.Parse(Encoding.UTF8.GetBytes(note)));

    [Fact]
    public void Too_long_a_note_is_refused_before_it_is_read()
    {
        byte[] note = [.. new byte[SignedNote.BytesMax].Select(_ => (byte)'a'), .. "\n\n— name AAAAAAE=\n"u8];
        MalformedDataException error = Assert.Throws<MalformedDataException>(() => SignedNote.Parse(note));
        Assert.Contains("exceeds the limit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_single_bit_change_is_refused_or_leaves_the_signed_text_unchanged()
    {
        SignedNote note = SignedNote.Sign("log.example/ledger\n5\nroot\n"u8, _log).WithCosignature(_witness, 170);
        VerifierKeys known = Known();
        int unchanged = 0;
        for (int bit = 0; bit < note.Bytes.Length * 8; bit++)
        {
            byte[] changed = [.. note.Bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (Decide(changed, known) == "ok")
            {
                // Only a signer's name or key ID can be changed: then that signer is unknown, and the other one holds.
                Assert.True(SignedNote.Parse(changed).Text.SequenceEqual(note.Text), $"bit {bit}");
                Assert.Single(SignedNote.Parse(changed).Verify(known));
                unchanged++;
            }
        }

        // The first six characters of the base64 hold the key ID.
        int nameBytes = _log.Name.Utf8.Length + _witness.Name.Utf8.Length;
        Assert.InRange(unchanged, 1, 8 * (nameBytes + 6 + 6));
    }

    [Fact]
    public void Only_a_text_that_ends_in_a_newline_is_signed()
    {
        Assert.Throws<MalformedDataException>(() => SignedNote.Sign("text"u8, _log));
        Assert.Throws<MalformedDataException>(() => SignedNote.Sign("te\0xt\n"u8, _log));
        Assert.Throws<ArgumentException>(() => SignedNote.Sign("text\n"u8));
    }

    private VerifierKeys Known() => new(_log.ToVerifierKey(), _witness.ToVerifierKey());

    private static string Decide(byte[] bytes, VerifierKeys keys)
    {
        try
        {
            SignedNote note = SignedNote.Parse(bytes);
            return note.Verify(keys).Count > 0 ? "ok" : "empty";
        }
        catch (MalformedDataException)
        {
            return "malformed";
        }
        catch (VerificationFailedException error)
        {
            return error.Message.StartsWith("none", StringComparison.Ordinal) ? "unverified" : "invalid";
        }
    }
}
