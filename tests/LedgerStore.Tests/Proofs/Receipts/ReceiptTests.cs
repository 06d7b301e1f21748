// Receipts: they round trip byte for byte, verify for their own entry only, and no change of any bit passes.
// Test code.
using System.Text;
using System.Text.Json;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Notes;
using Xunit;

namespace LedgerStore.Tests.Proofs.Receipts;

public sealed class ReceiptTests
{
    private const string Hash = "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=";

    private static readonly NaiveTree s_tree = NaiveTree.OfSize(40, seed: 1);

    [FormatVectorsFact]
    public void The_published_receipts_are_decided_as_published()
    {
        foreach (JsonElement vector in FormatVectors.Read("proof/format.json").EnumerateArray())
        {
            byte[] text = Encoding.UTF8.GetBytes(vector.GetProperty("text").GetString()!);
            if (!vector.GetProperty("ok").GetBoolean())
            {
                Assert.Throws<MalformedDataException>(() => Receipt.Parse(text));
                continue;
            }

            Receipt receipt = Receipt.Parse(text);
            Assert.Equal(vector.GetProperty("index").GetUInt64(), receipt.Index);
            Assert.Equal(
                vector.GetProperty("hashes").EnumerateArray().Select(hash => hash.GetString()),
                receipt.Proof.ToArray().Select(hash => hash.ToBase64()));
            Assert.Equal(
                vector.TryGetProperty("extra", out JsonElement extra) ? extra.GetString() : string.Empty,
                Convert.ToBase64String(receipt.Extra));
            Assert.Equal(vector.GetProperty("checkpoint").GetString(), Encoding.UTF8.GetString(receipt.Checkpoint));
            Assert.Equal(text, receipt.Format());
        }
    }

    [Fact]
    public void Every_receipt_of_every_small_tree_verifies_for_its_entry_only()
    {
        for (int size = 1; size <= 40; size += 3)
        {
            for (int index = 0; index < size; index++)
            {
                Receipt receipt = Receipt.Parse(Signers.Receipt(s_tree, index, size).Format());
                VerifiedCheckpoint checkpoint = receipt.Verify(s_tree.Leaves[index], Signers.Origin, Signers.Policy);
                Assert.Equal((ulong)size, checkpoint.Size);
                receipt.Verify(s_tree.Leaves[index], checkpoint);

                Hash256 other = s_tree.Leaves[(index + 1) % s_tree.Leaves.Length];
                Assert.Throws<VerificationFailedException>(() => receipt.Verify(other, checkpoint));
            }
        }
    }

    [Fact]
    public void The_text_is_the_one_of_the_specification()
    {
        SignedNote note = Checkpoint.Sign(Signers.Origin, 3, s_tree.Root(3), Signers.Log);
        Receipt receipt = Receipt.Create(2, s_tree.Path(2, 3), note, []);
        Assert.Equal(
            $"c2sp.org/tlog-proof@v1\nindex 2\n{s_tree.Root(2).ToBase64()}\n\n{Encoding.UTF8.GetString(note.Bytes)}",
            Encoding.UTF8.GetString(receipt.Format()));
    }

    [Fact]
    public void Without_the_log_or_the_quorum_it_does_not_verify()
    {
        Hash256 leaf = s_tree.Leaves[3];
        Hash256[] path = s_tree.Path(3, 10);
        SignedNote note = Checkpoint.Sign(Signers.Origin, 10, s_tree.Root(10), Signers.Log);
        Receipt bare = Receipt.Create(3, path, note, []);
        Assert.Equal(10UL, bare.Verify(leaf, Signers.LogKeys, WitnessPolicy.None).Size);
        Assert.Throws<VerificationFailedException>(() => bare.Verify(leaf, Signers.LogKeys, Signers.Policy));

        Receipt tooFew = Receipt.Create(3, path, Signers.Cosign(note, 0, 3, 4, 5), []);
        Assert.Throws<VerificationFailedException>(() => tooFew.Verify(leaf, Signers.Origin, Signers.Policy));

        SignedNote foreign = Checkpoint.Sign(Signers.Origin, 10, s_tree.Root(10), Signers.NextLog);
        Receipt stranger = Receipt.Create(3, path, Signers.Cosign(foreign, 0, 1, 3), []);
        Assert.Throws<VerificationFailedException>(() => stranger.Verify(leaf, Signers.Origin, Signers.Policy));

        SignedNote other = Checkpoint.Sign("log.example/other", 10, s_tree.Root(10), Signers.Log);
        Receipt otherOrigin = Receipt.Create(3, path, Signers.Cosign(other, 0, 1, 3), []);
        Assert.Throws<VerificationFailedException>(() => otherOrigin.Verify(leaf, Signers.Origin, Signers.Policy));
    }

    [Fact]
    public void A_checkpoint_verified_before_is_good_for_its_own_receipts_only()
    {
        VerifiedCheckpoint ten = Signers.Receipt(s_tree, 3, 10).Verify(
            s_tree.Leaves[3], Signers.Origin, Signers.Policy);
        Signers.Receipt(s_tree, 4, 10).Verify(s_tree.Leaves[4], ten);
        Assert.Throws<VerificationFailedException>(() => Signers.Receipt(s_tree, 4, 11).Verify(s_tree.Leaves[4], ten));
    }

    [Fact]
    public void Receipts_of_a_rotated_log_verify_with_the_key_of_their_size()
    {
        LogKeySet log = Signers.LogKeys.Follow(
            KeyRotation.Create(Signers.Origin, Signers.Log, Signers.NextLog, 20));
        SignedNote late = Checkpoint.Sign(Signers.Origin, 30, s_tree.Root(30), Signers.Log);
        Receipt forged = Receipt.Create(3, s_tree.Path(3, 30), late, []);
        Assert.Throws<VerificationFailedException>(() => forged.Verify(s_tree.Leaves[3], log, WitnessPolicy.None));

        SignedNote right = Checkpoint.Sign(Signers.Origin, 30, s_tree.Root(30), Signers.NextLog);
        _ = Receipt.Create(3, s_tree.Path(3, 30), right, []).Verify(s_tree.Leaves[3], log, WitnessPolicy.None);
        _ = Signers.Receipt(s_tree, 3, 20).Verify(s_tree.Leaves[3], log, Signers.Policy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1")]
    [InlineData("c2sp.org/tlog-proof@v2\nindex 0\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 00\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra AAA\nindex 0\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 0\n\ncheckpoint\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n" + Hash + "\n")]
    [InlineData("c2sp.org/tlog-proof@v1\r\nindex 0\n\ncheckpoint\n")]
    public void Other_texts_are_malformed(string text) =>
        Assert.Throws<MalformedDataException>(() => Receipt.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_proof_has_at_most63_hashes()
    {
        string Text(int count) => "c2sp.org/tlog-proof@v1\nindex 0\n"
            + string.Concat(Enumerable.Repeat(Hash + "\n", count)) + "\ncheckpoint\n";
        Assert.Equal(63, Receipt.Parse(Encoding.UTF8.GetBytes(Text(63))).Proof.Length);
        Assert.Throws<MalformedDataException>(() => Receipt.Parse(Encoding.UTF8.GetBytes(Text(64))));
    }

    // One kind of change is harmless: in what nobody signed (extra). The quorum needs every one of the signers, so none
    // of them can be made a stranger, and every other bit of the receipt must be as it was.
    [Fact]
    public void Every_single_bit_change_is_refused_or_leaves_what_is_proven_unchanged()
    {
        SignedNote note = Signers.Cosign(Checkpoint.Sign(Signers.Origin, 10, s_tree.Root(10), Signers.Log), 0, 2, 4);
        Receipt receipt = Receipt.Create(3, s_tree.Path(3, 10), note, "extra"u8);
        byte[] text = receipt.Format();
        int extraBits = 8 * Encoding.UTF8.GetByteCount("extra " + Convert.ToBase64String("extra"u8) + "\n");
        int harmless = 0;
        for (int bit = 0; bit < text.Length * 8; bit++)
        {
            byte[] changed = [.. text];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (!Verifies(changed, out Receipt? read))
            {
                continue;
            }

            Assert.Equal(receipt.Index, read!.Index);
            Assert.True(read.Proof.SequenceEqual(receipt.Proof), $"bit {bit}");
            Assert.True(read.Checkpoint.SequenceEqual(receipt.Checkpoint), $"bit {bit}");
            harmless++;
        }

        Assert.InRange(harmless, 1, extraBits);
    }

    private static bool Verifies(byte[] text, out Receipt? receipt)
    {
        receipt = null;
        try
        {
            receipt = Receipt.Parse(text);
            _ = receipt.Verify(s_tree.Leaves[3], Signers.Origin, Signers.Policy);
            return true;
        }
        catch (MalformedDataException)
        {
            return false;
        }
        catch (VerificationFailedException)
        {
            return false;
        }
    }
}
