// Keys that the tests of receipts, policies and the fuzzer share: a log, a second key of it, and witnesses.
// Test code; made once, never disposed before the process ends.
using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Proofs.Receipts;

internal static class Signers
{
    public const string Origin = "log.example/ledger";

    public static NoteSigner Log { get; } = new(KeyName.Parse(Origin), Key(1));

    public static NoteSigner NextLog { get; } = new(KeyName.Parse(Origin), Key(2));

    public static NoteSigner Stranger { get; } = new(KeyName.Parse("stranger.example"), Key(3));

    public static LogKeySet LogKeys { get; } = LogKeySet.Trust(Origin, Log.ToVerifierKey());

    public static NoteCosigner[] Witnesses { get; } =
        [.. Enumerable.Range(1, 6).Select(i => new NoteCosigner(KeyName.Parse($"witness{i}.example"), Key(10 + i)))];

    /// <summary>The policy of the specification's example: two of three X, any of three Y.</summary>
    public static string PolicyText { get; } = $"""
        # Who watches the log.
        log {Log.ToVerifierKey()} https://log.example/

        witness X1 {Witnesses[0].ToVerifierKey()} https://witness1.example/
        witness X2 {Witnesses[1].ToVerifierKey()}
        witness X3 {Witnesses[2].ToVerifierKey()}
        group X-witnesses 2 X1 X2 X3
        witness Y1 {Witnesses[3].ToVerifierKey()}
        witness Y2 {Witnesses[4].ToVerifierKey()}
        witness Y3 {Witnesses[5].ToVerifierKey()}
        group Y-witnesses any Y1 Y2 Y3

        group X-and-Y all X-witnesses Y-witnesses
        quorum X-and-Y

        """;

    public static WitnessPolicy Policy { get; } = WitnessPolicy.Parse(Encoding.UTF8.GetBytes(PolicyText));

    public static SignedNote Cosign(SignedNote note, params ReadOnlySpan<int> witnesses)
    {
        foreach (int witness in witnesses)
        {
            note = note.WithCosignature(Witnesses[witness], 1_700_000_000UL + (ulong)witness);
        }

        return note;
    }

    /// <summary>The receipt of one entry of a small tree, with a quorum of cosignatures.</summary>
    public static Receipt Receipt(NaiveTree tree, int index, int size)
    {
        SignedNote note = Cosign(Checkpoint.Sign(Origin, (ulong)size, tree.Root(size), Log), 0, 2, 4);
        return LedgerStore.Proofs.Receipt.Create((ulong)index, tree.Path(index, size), note, "context"u8);
    }

    private static SigningKey Key(int number) => SigningKey.FromSeed([.. Enumerable.Repeat((byte)number, 32)]);
}
