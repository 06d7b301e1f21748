// Receipts of entries that nobody can read any more, and checkpoints that come with an answer: each is verified before
// it is given on, and each way of being wrong is named.

using LedgerStore.Cli;
using LedgerStore.Client;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class UnreadableReceiptTests
{
    [Fact]
    public async Task A_receipt_without_the_entry_shows_its_leaf()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(100, i => [(byte)i]);
        using Verifier verifier = Open(server);
        (Receipt receipt, Hash256 leaf) = await verifier.GetReceiptAsync(7);
        Assert.Equal(server.Ledger.Leaves[7], leaf);
        Assert.True(receipt.Extra.IsEmpty);
        verifier.VerifyReceipt(receipt, server.Ledger.Entries[7]);
        Assert.Throws<VerificationFailedException>(() => verifier.VerifyReceipt(receipt, server.Ledger.Entries[8]));
    }

    [Fact]
    public async Task A_leaf_that_is_not_in_the_tree_is_a_violation()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(100, i => [(byte)i]);
        using Verifier verifier = Open(server);
        byte[] signed = server.Ledger.Sign(100);
        server.Ledger.Leaves[7] = MerkleHash.Leaf("another"u8);
        server.Ledger.Note = _ => signed;
        LedgerViolationException found = await Assert.ThrowsAsync<LedgerViolationException>(async () =>
        {
            await verifier.UpdateAsync();
            await verifier.GetReceiptAsync(7);
        });
        Assert.True(found.Kind is ViolationKind.WrongInclusion or ViolationKind.SplitView, $"{found.Kind}");
    }

    [Fact]
    public async Task A_checkpoint_that_came_with_an_answer_must_be_signed_and_cover_the_entry()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(10, i => [(byte)i]);
        using Verifier verifier = Open(server);
        byte[] good = server.Ledger.Sign(10);
        Assert.Equal(10ul, (await AcceptAsync(verifier, good, 9)).Size);

        VerificationFailedException none = await Assert.ThrowsAsync<VerificationFailedException>(
            () => AcceptAsync(verifier, [], 9));
        Assert.Contains("gave no checkpoint", none.Message, StringComparison.Ordinal);
        VerificationFailedException shorter = await Assert.ThrowsAsync<VerificationFailedException>(
            () => AcceptAsync(verifier, good, 10));
        Assert.Contains("does not cover entry 10", shorter.Message, StringComparison.Ordinal);

        byte[] bad = [.. good];
        bad[^4] ^= 1;
        using SigningKey key = SigningKey.Generate();
        NoteSigner stranger = new(KeyName.Parse(FakeLedger.Origin), key);
        byte[] unsigned = good[..(good.AsSpan().IndexOf("\n\n"u8) + 2)];
        (byte[] Note, ViolationKind Kind)[] wrong =
        [
            (bad, ViolationKind.BadSignature),
            (server.Ledger.Sign(10, stranger), ViolationKind.UnknownKey),
            (unsigned, ViolationKind.BadSignature),
            (Checkpoint.Sign("ledger.example.org/other", 10, MerkleHash.Leaf("x"u8), server.Ledger.Signer)
                .Bytes.ToArray(), ViolationKind.UnknownKey),
            (Checkpoint.Sign(FakeLedger.Origin, 10, MerkleHash.Leaf("x"u8), server.Ledger.Signer).Bytes.ToArray(),
                ViolationKind.SplitView),
            ("nothing"u8.ToArray(), ViolationKind.BadSignature),
        ];
        foreach ((byte[] note, ViolationKind kind) in wrong)
        {
            LedgerViolationException found = await Assert.ThrowsAsync<LedgerViolationException>(
                () => AcceptAsync(verifier, note, 9));
            Assert.Equal(kind, found.Kind);
        }
    }

    private static Verifier Open(FakeServer server) =>
        server.Client.CreateVerifier("demo", new VerifierOptions { Vkey = server.Ledger.Vkey });

    private static Task<VerifiedCheckpoint> AcceptAsync(Verifier verifier, byte[] note, ulong index) =>
        LedgerTrust.AcceptCoveringAsync(verifier, note, index, CancellationToken.None);
}
