// The checkpointer's part of a key rotation: nothing else is signed while it lasts. On the checkpointer's thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Checkpoints;

internal sealed partial class Checkpointer
{
    // What of a rotation is made before it is written: bounds the memory of one commit.
    private const int RotatedAtOnce = 512;

    private volatile RotationRequest? _rotation;

    private bool IsRotating => _rotation is not null;

    /// <summary>Asks for another key. Ends when it signs. Any thread.</summary>
    /// <param name="all">Opens every ledger there is, idle ones too.</param>
    /// <exception cref="StoreException">Busy: a rotation is under way.</exception>
    public Task RotateAsync(SigningKey next, Func<IReadOnlyList<OpenLedger>> all)
    {
        RotationRequest request = new(next, all);
        if (Interlocked.CompareExchange(ref _rotation, request, null) is not null)
        {
            throw new StoreException(StoreReason.Busy, "a rotation of the signing key is under way already");
        }

        _isWatching = true;
        bell.Ring();
        return request.Done;
    }

    /// <summary>The store has stopped: who waits for the rotation is told that its fate is unknown.</summary>
    public void FailRotation(Exception cause) => _rotation?.Fail(cause);

    /// <summary>Rotates when everything that was signed is published.</summary>
    private bool RunRotation()
    {
        if (_rotation is not { } rotation || _pending.Count > 0)
        {
            return false;
        }

        try
        {
            Rotate(rotation, [.. rotation.Ledgers()]);
            rotation.Complete();
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            rotation.Fail(new StoreException(
                StoreReason.DiskFull, "there is no space to rotate the key; the old one goes on signing", full));
        }
        catch (StoreException refused)
        {
            rotation.Fail(refused);
        }
        catch (Exception failure)
        {
            rotation.Fail(new StoreException(
                StoreReason.StorageFailed,
                "the store has stopped; which of the two keys is in use the next start tells. The first failure was: "
                + failure.Message,
                failure));
            throw;
        }
        finally
        {
            _rotation = null;
        }

        return true;
    }

    /// <remarks>
    /// A crash before the key's record is durable leaves the old key: what both signed until then was never published,
    /// and says nothing that the old key could not say. A crash behind it leaves the new key, and every ledger's
    /// doubly signed checkpoint is in the key log, durable.
    /// </remarks>
    private void Rotate(RotationRequest rotation, OpenLedger[] ledgers)
    {
        uint number = keys.NextNumber();
        List<(OpenLedger Ledger, RotatedRecord Record)> all = new(ledgers.Length);
        foreach (OpenLedger[] some in ledgers.Chunk(RotatedAtOnce))
        {
            List<RotatedRecord> records = new(some.Length);
            foreach (OpenLedger ledger in some)
            {
                RotatedRecord record = SignTwice(ledger, rotation.Next, number);
                records.Add(record);
                all.Add((ledger, record));
            }

            keys.Write(records);
        }

        byte[] publicKey = rotation.Next.PublicKey.ToArray();
        keys.Rotate(new KeyRecord(number, ground.Clock(), KeyScheme.Derived, publicKey), rotation.Next);
        ForgetSigners();
        foreach ((OpenLedger ledger, RotatedRecord record) in all)
        {
            ledger.PublishRotated(record.Checkpoint);
            onPublished(ledger, record.Checkpoint);
        }
    }

    private RotatedRecord SignTwice(OpenLedger ledger, SigningKey next, uint number)
    {
        // Of a ledger that cannot be signed any more, what was signed last is signed again: that claims nothing new.
        bool isSound = ledger.SigningFailure is null;
        long size = ledger.SignedSize;
        Hash256 root = ledger.Signed?.Root ?? MerkleHash.EmptyRoot;
        if (isSound && ledger.ReadableSize > size)
        {
            root = TreeRoots.FromEdge(ledger, out size);
            Prove(ledger, size, root);
        }

        // Whatever scheme the old key is of, behind the rotation each ledger has a key of its own.
        NoteSigner oldSigner = SignerOf(ledger).Notes;
        using LedgerSigner nextSigner = LedgerSigner.Make(next, KeyScheme.Derived, ledger.Origin);
        NoteSigner newSigner = nextSigner.Notes;
        byte[] note = Checkpoint.Sign(ledger.Origin, (ulong)size, root, oldSigner, newSigner).Bytes.ToArray();
        byte[] statement =
            KeyRotation.Create(ledger.Origin, oldSigner, newSigner, (ulong)size).Note.Bytes.ToArray();
        SignedCount += 2;
        return new RotatedRecord(number, ledger.Id, new CheckpointRecord(size, root, note), statement);
    }

    /// <summary>A rotation that somebody asked for.</summary>
    private sealed record RotationRequest(SigningKey Next, Func<IReadOnlyList<OpenLedger>> Ledgers)
    {
        // Continuations run elsewhere: who asked may do anything then.
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public void Complete() => _done.TrySetResult();

        public void Fail(Exception cause) => _done.TrySetException(cause);
    }
}
