// From settings to a verifier: the trusted key of a ledger, and the file that remembers what was seen of it. Stateless.
using System.Text;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Opens verifiers.</summary>
internal static class LedgerTrust
{
    /// <summary>A verifier that remembers between runs.</summary>
    /// <param name="vkey">A key that was given for this run; null: the trusted one.</param>
    public static Verifier Open(
        Run run, LedgerClient client, string ledger, string? vkey)
    {
        VerifierKey key = KeyOf(run, ledger, vkey);
        Verifier verifier = client.CreateVerifier(ledger, new VerifierOptions
        {
            Vkey = key.ToString(),
            StateFile = Path.Combine(run.Settings.StateDirectory, FileOf(key)),
        });
        return verifier;
    }

    /// <summary>The key to verify a ledger with.</summary>
    public static VerifierKey KeyOf(Run run, string ledger, string? vkey)
    {
        if (vkey is null)
        {
            return TrustFile.Load(run.Settings.TrustPath).KeyOf(ledger, run.Settings.PublicName);
        }

        VerifierKey key = VerifierKey.Parse(vkey);
        return key.Name.Text.EndsWith("/" + ledger, StringComparison.Ordinal)
            ? key
            : throw new UsageException($"the key {key.Name} is not of a ledger '{ledger}'");
    }

    /// <summary>
    /// The newest checkpoint, which covers all that the server says it has: one that stands still is a violation. Just
    /// after its first entry a ledger has none for a moment: that is waited for.
    /// </summary>
    public static async Task<VerifiedCheckpoint> UpdateAsync(Run run, LedgerClient client, Verifier verifier)
    {
        try
        {
            return await verifier.CatchUpAsync(run.Cancellation).ConfigureAwait(false);
        }
        catch (RpcException none) when (none.Info is { Reason: "NO_CHECKPOINT" })
        {
            LedgerInfo info = await client.Catalog.DescribeAsync(verifier.Ledger, run.Cancellation)
                .ConfigureAwait(false);
            return info.Size > 0
                ? await verifier.WaitForAsync(1, run.Cancellation).ConfigureAwait(false)
                : throw new UsageException(
                    $"the ledger '{verifier.Ledger}' has no entries yet, so nothing of it is signed",
                    $"`ledger append {verifier.Ledger} RECORD` makes the first");
        }
    }

    /// <summary>Accepts a checkpoint that came with an answer, as every other one is accepted: signed by a trusted key,
    /// and one with all that was seen before. It must cover an entry.</summary>
    /// <param name="note">As the server gave it; empty: it gave none.</param>
    /// <exception cref="LedgerViolationException">It is not signed, or contradicts what was seen.</exception>
    /// <exception cref="VerificationFailedException">There is none, or it does not cover the entry.</exception>
    public static async Task<VerifiedCheckpoint> AcceptCoveringAsync(
        Verifier verifier, ReadOnlyMemory<byte> note, ulong index, CancellationToken cancellationToken)
    {
        if (note.IsEmpty)
        {
            throw new VerificationFailedException(
                $"the server gave no checkpoint, and one that covers entry {index} was asked for");
        }

        VerifiedCheckpoint checkpoint = await verifier.AcceptAsync(note, cancellationToken).ConfigureAwait(false);
        return checkpoint.Size > index
            ? checkpoint
            : throw new VerificationFailedException(
                $"the checkpoint of size {checkpoint.Size} that the server gave does not cover entry {index}");
    }

    /// <summary>Demands that the ledger continues a checkpoint which somebody kept.</summary>
    public static async Task ContinueAsync(Run run, Verifier verifier, string? file)
    {
        if (file is not null)
        {
            byte[] note = ForeignFile.ReadNamed(file, SignedNote.BytesMax);
            await verifier.AcceptAsync(note, run.Cancellation).ConfigureAwait(false);
        }
    }

    // An origin may have any character of a URL; a file name has few, and the key's id keeps two apart.
    private static string FileOf(VerifierKey key)
    {
        StringBuilder name = new();
        foreach (char c in key.Name.Text)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '~');
        }

        return $"{name}+{key.Id}";
    }
}
