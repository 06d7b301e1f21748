// What is trusted where no server is asked: a key that came out of band, statements that lead from it to others, and
// checkpoints that were kept. The one way from a signed note to a checkpoint that counts. One thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Opens signed notes.</summary>
/// <param name="vkey">Given for this run; null: the trusted key of the log.</param>
/// <param name="rotations">Files with statements by which the log changed its key.</param>
/// <param name="kept">Files with checkpoints that were kept.</param>
internal sealed class OfflineTrust(
    Run run, string? vkey, IReadOnlyList<string> rotations, IReadOnlyList<string> kept)
{
    private int _uncompared;
    private (byte[] Note, VerifiedCheckpoint Checkpoint)? _last;

    /// <summary>Kept checkpoints that say nothing about what was opened: two sizes need a consistency proof, which no
    /// file holds.</summary>
    public int Uncompared => _uncompared;

    /// <summary>The key of an origin: given for this run, or trusted.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    /// <exception cref="VerificationFailedException">The given one is of another log.</exception>
    public VerifierKey KeyOf(string origin)
    {
        if (vkey is null)
        {
            return TrustFile.Load(run.Settings.TrustPath).Keys.Find(key => key.Name.Text == origin)
                ?? throw new UsageException(
                    $"no key of {origin} is trusted",
                    "`ledger trust add VKEY`, with the vkey from whoever runs the store");
        }

        VerifierKey given = VerifierKey.Parse(vkey);
        return given.Name.Text == origin
            ? given
            : throw new VerificationFailedException($"it is of the log '{origin}', the key is of '{given.Name.Text}'");
    }

    /// <summary>Opens a checkpoint that names its log itself. The same again, as many receipts have it, is opened
    /// once.</summary>
    public VerifiedCheckpoint Open(ReadOnlySpan<byte> note)
    {
        if (_last is not { } last || !note.SequenceEqual(last.Note))
        {
            last = (note.ToArray(), Open(Checkpoint.Parse(SignedNote.Parse(note).Text).Origin, note, []));
            _last = last;
        }

        return last.Checkpoint;
    }

    /// <summary>Opens a checkpoint of a log: its key, or one that statements lead to, signed it, and no checkpoint that
    /// was kept contradicts it.</summary>
    /// <param name="more">Statements that came with it.</param>
    /// <exception cref="VerificationFailedException">It is not so.</exception>
    public VerifiedCheckpoint Open(string origin, ReadOnlySpan<byte> note, IReadOnlyList<byte[]> more)
    {
        KeyRotation[] statements =
        [
            .. more.Select(bytes => KeyRotation.Open(bytes)),
            .. rotations.Select(file => KeyRotation.Open(ForeignFile.ReadNamed(file, SignedNote.BytesMax))),
        ];
        VerifiedCheckpoint checkpoint = LogKeySet.Trust(origin, KeyOf(origin), statements)
            .Open(note, WitnessPolicy.None.Cosigners);
        Compare(checkpoint);
        return checkpoint;
    }

    private void Compare(VerifiedCheckpoint checkpoint)
    {
        foreach (string file in kept)
        {
            Checkpoint known = Checkpoint.Parse(
                SignedNote.Parse(ForeignFile.ReadNamed(file, SignedNote.BytesMax)).Text);
            if (known.Origin != checkpoint.Checkpoint.Origin)
            {
                throw new UsageException(
                    $"{file} is a checkpoint of {known.Origin}, not of {checkpoint.Checkpoint.Origin}");
            }

            if (known.Size != checkpoint.Size)
            {
                _uncompared++;
            }
            else if (known.Root != checkpoint.Root)
            {
                throw new VerificationFailedException(
                    $"the tree of size {known.Size} has the root {checkpoint.Root}, in {file} it has "
                    + $"{known.Root}: the log shows two histories");
            }
        }
    }
}
