// The core's part that says in `_audit` which key the store went over to. The key log has it first, because what is
// said is what both keys signed; a crash in between is made good by the next start.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    // How far behind a rotation what says so is looked for: much was appended while it was made.
    private const long RotationSaidWithin = 2 * AuditedChanges.UnsettledMax;

    /// <summary>Goes over to another key, and says so.</summary>
    public async Task RotateKeyAsync(SigningKey next, string rotatedBy)
    {
        await RotateKey(next).ConfigureAwait(false);
        if (LastRotation() is { } made)
        {
            Changes.Say(Changes.OpenAudit(), Said(made, rotatedBy));
        }
    }

    /// <summary>Says what the last rotation was, if a crash came before that. While the store is opened.</summary>
    public void SayLastRotation(OpenLedger audit)
    {
        if (LastRotation() is not { } made || audit.Durable.Value - made.Checkpoint.Size > RotationSaidWithin)
        {
            return;
        }

        AuditBook book = new();
        ReadAudit(made.Checkpoint.Size, audit.Durable.Value - made.Checkpoint.Size, book);
        if (!book.Rotations.Any(one => one.Statement.Span.SequenceEqual(made.Statement)))
        {
            Changes.Say(audit, Said(made, string.Empty));
        }
    }

    private RotatedRecord? LastRotation() => Keys.RotationsOf(Catalog.AuditId) is [.., var last]
        && last.Number == Keys.Current!.Number
            ? last
            : null;

    /// <exception cref="StoreException">Corruption: what the key log has is no statement of both keys.</exception>
    private AuditKeyRotation Said(RotatedRecord made, string rotatedBy)
    {
        KeyRotation statement;
        try
        {
            statement = KeyRotation.Open(made.Statement);
        }
        catch (Exception damage) when (damage is VerificationFailedException or MalformedDataException)
        {
            throw StoreKeys.NotSigned(Catalog.Find(Catalog.AuditId)!.Origin, damage);
        }

        return new AuditKeyRotation(AuditEvent.Unsaid)
        {
            Identity = rotatedBy,
            VkeyBefore = statement.OldKey.ToString(),
            VkeyAfter = statement.NewKey.ToString(),
            Statement = made.Statement,
            Key = made.Number,
            Scheme = AuditKeyRotation.TextOf(Keys.Current!.Scheme),
        };
    }
}
