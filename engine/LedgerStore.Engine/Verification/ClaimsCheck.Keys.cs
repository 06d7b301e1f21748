// ClaimsCheck: what the key log says, against what `_audit` says of rotations, and against the keys that are trusted;
// and the copy of the policy beside the anchor.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

internal sealed partial class ClaimsCheck
{
    /// <summary>How the keys of the key log sign, compared with the keys of <c>_audit</c> that are trusted: where one
    /// key signs all ledgers, it is that of the record, and where each ledger has its own, it is not.</summary>
    public void CompareSchemes(RotationBook rotations, LogKeySet? trusted)
    {
        if (trusted is null || trusted.Keys.Length != rotations.Keys.Count)
        {
            return;
        }

        for (int i = 0; i < rotations.Keys.Count; i++)
        {
            KeyRecord record = rotations.Keys[i];
            bool isShared = trusted.Keys[i].Key.PublicKey.SequenceEqual(record.PublicKey);
            if (isShared != (record.Scheme == KeyScheme.Shared))
            {
                Add(null, paths.Keys, $"the key log says that key {record.Number} is "
                    + $"{AuditKeyRotation.TextOf(record.Scheme)}, and {trusted.Keys[i].Key} is not so made");
            }
        }
    }

    /// <summary>The copy of the policy beside the anchor is the one that was in force last, and each policy followed
    /// the one before it.</summary>
    /// <param name="copy">Its file.</param>
    /// <param name="sha256">Of what is in it; null: there is none.</param>
    public void ComparePolicy(string copy, byte[]? sha256)
    {
        ReadOnlyMemory<byte> before = default;
        foreach (AuditPolicyChange change in book.ServerPolicies)
        {
            if (!change.Before.Span.SequenceEqual(before.Span))
            {
                Add(null, null, $"entry {change.AuditIndex} of _audit says that the policy {Hex(change.Before)} was "
                    + $"exchanged, and {Hex(before)} was in force");
            }

            before = change.After;
            Count(change);
        }

        if (sha256 is not null && !before.Span.SequenceEqual(sha256))
        {
            Add(null, copy, $"the policy in this file has the hash {Hex(sha256)}; the one that is in force as _audit "
                + $"says has {Hex(before)}");
        }
    }

    private static string Hex(ReadOnlyMemory<byte> hash) =>
        hash.IsEmpty ? "none" : Convert.ToHexStringLower(hash.Span);

    private void CompareKeys(RotationBook rotations)
    {
        foreach (AuditKeyRotation rotation in book.Rotations)
        {
            RotatedRecord? here = rotations.Of(Catalog.AuditId)
                .FirstOrDefault(one => one.Statement.AsSpan().SequenceEqual(rotation.Statement.Span));
            if (here is null && !rotation.Statement.IsEmpty)
            {
                Add(null, paths.Keys, $"entry {rotation.AuditIndex} of _audit says that the store went over to the key "
                    + $"{rotation.VkeyAfter}, and the key log has no such rotation");
            }
            else if (here is not null && rotation.Scheme.Length > 0)
            {
                string scheme = rotations.Keys.Find(key => key.Number == here.Number) is { } key
                    ? AuditKeyRotation.TextOf(key.Scheme)
                    : "without a key";
                (string inFile, string inAudit) = ($"{here.Number}, {scheme}", $"{rotation.Key}, {rotation.Scheme}");
                if (inFile != inAudit)
                {
                    Add(null, paths.Keys, $"entry {rotation.AuditIndex} of _audit says of {rotation.VkeyAfter} that it "
                        + $"is key {inAudit}; the key log says {inFile}");
                }
            }

            Count(rotation);
        }

        if (book.MissingAnchors > rotations.MissingAnchors)
        {
            Add(null, paths.Keys, $"_audit says {book.MissingAnchors} times that the store signed without its anchor, "
                + $"and the key log {rotations.MissingAnchors} times");
        }
    }
}
