// Checkpoints: one text for one value, and only what the log's own key signed is opened.
// Test code.
using System.Text;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private const string Origin = "log.example/ledger";
    private const string Root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    // The Go checksum database on a day in 2019 (golang.org/x/mod/sumdb).
    private const string GoVkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

    private readonly SigningKey _logKey = SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);
    private readonly SigningKey _witnessKey = SigningKey.FromSeed([.. Enumerable.Repeat((byte)2, 32)]);
    private readonly NoteSigner _log;
    private readonly NoteCosigner _witness;

    public CheckpointTests()
    {
        _log = new NoteSigner(KeyName.Parse(Origin), _logKey);
        _witness = new NoteCosigner(KeyName.Parse("witness.example"), _witnessKey);
    }

    public void Dispose()
    {
        _logKey.Dispose();
        _witnessKey.Dispose();
    }

    [Theory]
    [InlineData("log.example\n0\n" + Root + "\n", 0, "")]
    [InlineData("log.example\n9223372036854775807\n" + Root + "\n", long.MaxValue, "")]
    [InlineData("go.sum database tree\n31\n" + Root + "\n", 31, "")]
    [InlineData("log.example\n10\n" + Root + "\nextension\nagain\n", 10, "extension\nagain\n")]
    public void A_text_round_trips(string text, ulong size, string extensions)
    {
        Checkpoint checkpoint = Checkpoint.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal((size, extensions), (checkpoint.Size, checkpoint.Extensions));
        Assert.Equal(Root, checkpoint.Root.ToBase64());
        Assert.Equal(text, Encoding.UTF8.GetString(checkpoint.Format()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("log.example\n")]
    [InlineData("log.example\n1\n")]
    [InlineData("log.example\n1\n" + Root)]
    [InlineData("\n1\n" + Root + "\n")]
    [InlineData("log.example\n\n" + Root + "\n")]
    [InlineData("log.example\n01\n" + Root + "\n")]
    [InlineData("log.example\n00\n" + Root + "\n")]
    [InlineData("log.example\n+1\n" + Root + "\n")]
    [InlineData("log.example\n-1\n" + Root + "\n")]
    [InlineData("log.example\n1 \n" + Root + "\n")]
    [InlineData("log.example\n1e3\n" + Root + "\n")]
    [InlineData("log.example\n\u0661\n" + Root + "\n")] // a digit, but not an ASCII one
    [InlineData("log.example\n9223372036854775808\n" + Root + "\n")]
    [InlineData("log.example\n18446744073709551616\n" + Root + "\n")]
    [InlineData("log.example\n99999999999999999999999999\n" + Root + "\n")]
    [InlineData("log.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n")] // trailing bits
    [InlineData("log.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n")]
    [InlineData("log.example\n1\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n")] // the URL alphabet
    [InlineData("log.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n")] // 31 bytes
    [InlineData("log.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA\n")] // 33 bytes
    [InlineData("log.example\n1\n" + Root + "\n\n")]
    [InlineData("log.example\n1\n" + Root + "\nextension\n\nmore\n")]
    [InlineData("log.example\n1\n" + Root + "\nextension")]
    [InlineData("log.example\r\n1\n" + Root + "\n")]
    public void Other_texts_are_malformed(string text) =>
        Assert.Throws<MalformedDataException>(() => Checkpoint.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void An_origin_is_one_line_of_at_most_255_bytes()
    {
        Hash256 root = Hash256.FromBase64(Root);
        string longest = new('o', 255);
        Assert.Equal(longest, Checkpoint.Parse(Checkpoint.Create(longest, 1, root).Format()).Origin);
        foreach (string wrong in new[] { longest + "o", string.Empty, "two\nlines", "tab\t" })
        {
            Assert.Throws<MalformedDataException>(() => Checkpoint.Create(wrong, 1, root));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Checkpoint.Create(Origin, 1UL << 63, root));
    }

    [Fact]
    public void A_signed_checkpoint_opens()
    {
        Hash256 root = Hash256.FromBase64(Root);
        SignedNote note = Checkpoint.Sign(Origin, 300, root, _log).WithCosignature(_witness, 1_700_000_000);
        VerifiedCheckpoint opened = Checkpoint.Open(note.Bytes, Origin, LogKeys(), Witnesses());
        Assert.Equal((300UL, root), (opened.Size, opened.Root));
        Assert.Equal([null, 1_700_000_000UL], opened.Signatures.Select(signature => signature.Seconds));
    }

    [Fact]
    public void A_checkpoint_of_another_origin_is_refused()
    {
        SignedNote note = Checkpoint.Sign("log.example/other", 300, default, _log);
        VerificationFailedException error = Assert.Throws<VerificationFailedException>(
            () => Checkpoint.Open(note.Bytes, Origin, LogKeys(), VerifierKeys.None));
        Assert.Contains("log.example/other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cosigners_alone_do_not_make_a_checkpoint()
    {
        SignedNote note = Checkpoint.Sign(Origin, 300, default, _log);
        byte[] bytes = [.. note.Text, (byte)'\n', .. _witness.SignLine(note.Text, 1)];
        Assert.Throws<VerificationFailedException>(() => Checkpoint.Open(bytes, Origin, LogKeys(), Witnesses()));

        // Nor can a witness's key be given as the log's: it is a key of another type.
        Assert.Throws<ArgumentException>(() => Checkpoint.Open(bytes, Origin, Witnesses(), VerifierKeys.None));
    }

    [Fact]
    public void A_note_that_is_no_checkpoint_is_malformed()
    {
        SignedNote note = SignedNote.Sign("only a text\n"u8, _log);
        Assert.Throws<MalformedDataException>(
            () => Checkpoint.Open(note.Bytes, Origin, LogKeys(), VerifierKeys.None));
    }

    [Fact]
    public void Every_single_bit_change_is_refused()
    {
        SignedNote note = Checkpoint.Sign(Origin, 300, Hash256.FromBase64(Root), _log);
        for (int bit = 0; bit < note.Bytes.Length * 8; bit++)
        {
            byte[] changed = [.. note.Bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Exception? error = Record.Exception(
                () => Checkpoint.Open(changed, Origin, LogKeys(), VerifierKeys.None));
            Assert.True(error is MalformedDataException or VerificationFailedException, $"bit {bit}: {error}");
        }
    }

    [Notes.FormatVectorsFact]
    public void The_checkpoint_of_the_go_checksum_database_is_read_and_its_key_is_not_named_after_it()
    {
        byte[] note = Notes.FormatVectors.Read("notes/notes.json").EnumerateArray()
            .First(vector => vector.GetProperty("id").GetString() == "sumdb-35225469")
            .GetProperty("note_b64").GetBytesFromBase64();
        VerifierKeys keys = new(VerifierKey.Parse(GoVkey));
        Assert.Single(SignedNote.Parse(note).Verify(keys));
        Assert.Equal(35_225_469UL, Checkpoint.Parse(SignedNote.Parse(note).Text).Size);

        // It is older than the rule that a log's key has the origin as its name.
        Assert.Throws<VerificationFailedException>(
            () => Checkpoint.Open(note, "go.sum database tree", keys, VerifierKeys.None));
    }

    private VerifierKeys LogKeys() => new(_log.ToVerifierKey());

    private VerifierKeys Witnesses() => new(_witness.ToVerifierKey());
}
