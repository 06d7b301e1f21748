// One parser as the fuzzer sees it: valid inputs, and a call that returns what it would write for the value it read
// (null where there is no such text). A parser that accepts what it would write otherwise has failed.
// Test code.
using System.Text;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Receipts;

namespace LedgerStore.Tests.Proofs.Fuzz;

internal sealed record ParserTarget(string Name, byte[][] Samples, Func<byte[], byte[]?> Parse)
{
    private static readonly NaiveTree s_tree = NaiveTree.OfSize(20, seed: 2);
    private static readonly VerifierKeys s_known =
        new([Signers.Log.ToVerifierKey(), .. Signers.Witnesses.Select(witness => witness.ToVerifierKey())]);

    private static readonly SignedNote s_unsigned = SignedNote.Parse("text\n\n\u2014 n AAAAAAE=\n"u8);

    public static ParserTarget[] All { get; } =
    [
        new("SignedNote.Parse", Notes(), input => SignedNote.Parse(input).Bytes.ToArray()),
        new("SignedNote.Verify", Notes(), input =>
        {
            SignedNote note = SignedNote.Parse(input);
            _ = note.Verify(s_known);
            return note.Bytes.ToArray();
        }),
        new("WithSignatureLines", SignatureLines(), input =>
        {
            _ = s_unsigned.WithSignatureLines(input);
            return null;
        }),
        new("Checkpoint.Parse", Checkpoints(), input => Checkpoint.Parse(input).Format()),
        new("Checkpoint.Open", Notes(), input =>
            Checkpoint.Open(input, Signers.Origin, new VerifierKeys(Signers.Log.ToVerifierKey()), VerifierKeys.None)
                .Note.Bytes.ToArray()),
        new("KeyRotation.Open", Rotations(), input => KeyRotation.Open(input).Note.Bytes.ToArray()),
        new("VerifierKey.Parse", Vkeys(), input => Utf8(VerifierKey.Parse(input).ToString())),
        new("KeyName.Parse", [.. Vkeys(), "n"u8.ToArray()], input => KeyName.Parse(input).Utf8.ToArray()),
        new("SigningKey.FromPem", Pems(), input =>
        {
            using SigningKey key = SigningKey.FromPem(input);
            return null;
        }),
        new("SigningKey.FromGoText", GoTexts(), input =>
        {
            using SigningKey key = SigningKey.FromGoText(input, out _);
            return null;
        }),
        new("WitnessPolicy.Parse", Policies(), input =>
        {
            _ = WitnessPolicy.Parse(input).IsSatisfiedBy([]);
            return null;
        }),
        new("Receipt.Parse", Receipts(), input => Receipt.Parse(input).Format()),
        new("Receipt.Verify", Receipts(), input =>
        {
            Receipt receipt = Receipt.Parse(input);
            _ = receipt.Verify(s_tree.Leaves[3], Signers.Origin, Signers.Policy);
            return receipt.Format();
        }),
        new("TilePath.Parse", Paths(), input => Utf8(TilePath.Parse(input).ToString())),
        new("EntryBundle.Parse", Bundles(), input =>
        {
            List<byte> written = new(input.Length);
            byte[] one = new byte[EntryBundle.LengthBytes + EntryBundle.EntryBytesMax];
            foreach (ReadOnlySpan<byte> entry in EntryBundle.Parse(input))
            {
                written.AddRange(one.AsSpan(0, EntryBundle.Write(entry, one)));
            }

            return [.. written];
        }),
    ];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[][] Notes()
    {
        SignedNote note = Checkpoint.Sign(Signers.Origin, 10, s_tree.Root(10), Signers.Log);
        return
        [
            note.Bytes.ToArray(),
            Signers.Cosign(note, 0, 1, 2, 3, 4, 5).Bytes.ToArray(),
            SignedNote.Sign("text\n\nmore text\n"u8, Signers.Stranger, Signers.Log).Bytes.ToArray(),
            KeyRotation.Create(Signers.Origin, Signers.Log, Signers.NextLog, 10).Note.Bytes.ToArray(),
        ];
    }

    private static byte[][] SignatureLines() =>
        [.. Notes().Select(note => note[(note.AsSpan().LastIndexOf("\n\n"u8) + 2)..])];

    private static byte[][] Checkpoints() =>
    [
        Checkpoint.Create(Signers.Origin, 10, s_tree.Root(10)).Format(),
        Checkpoint.Create("go.sum database tree", 0, MerkleHash.EmptyRoot).Format(),
        Checkpoint.Create("o", long.MaxValue, default).Format(),
        [.. Checkpoint.Create("o", 5, default).Format(), .. "extension\nanother\n"u8],
    ];

    private static byte[][] Rotations() =>
    [
        KeyRotation.Create(Signers.Origin, Signers.Log, Signers.NextLog, 10).Note.Bytes.ToArray(),
        KeyRotation.Create(Signers.Origin, Signers.NextLog, Signers.Log, 0).Note.Bytes.ToArray(),
    ];

    private static byte[][] Vkeys() =>
        [Utf8(Signers.Log.ToVerifierKey().ToString()), Utf8(Signers.Witnesses[0].ToVerifierKey().ToString())];

    private static byte[][] Pems()
    {
        using SigningKey first = SigningKey.FromSeed(new byte[32]);
        return
        [
            first.ExportPem(),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4=\n-----END ENCRYPTED PRIVATE KEY-----\n"u8.ToArray(),
        ];
    }

    private static byte[][] GoTexts() =>
        ["PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"u8.ToArray()];

    private static byte[][] Policies() => [Utf8(Signers.PolicyText), "quorum none\n"u8.ToArray()];

    private static byte[][] Receipts() =>
    [
        Signers.Receipt(s_tree, 3, 17).Format(),
        Signers.Receipt(s_tree, 0, 1).Format(),
        Receipt.Create(0, [], Checkpoint.Sign("o", 1, default, Signers.Log), []).Format(),
    ];

    private static byte[][] Paths() =>
    [
        "tile/0/000"u8.ToArray(), "tile/entries/x001/x234/067.p/255"u8.ToArray(),
        "tile/63/x999/x999/x999/x999/x999/999.p/1"u8.ToArray(),
    ];

    private static byte[][] Bundles() =>
        [[], [0, 0], [0, 3, 1, 2, 3, 0, 0, 0, 1, 9], [1, 0, .. new byte[256], 0, 2, 7, 7]];
}
