// Receipts of alerts, and of the entries that caused them: files that show to anybody, without a server, that both are
// in their ledgers. One thread.
using LedgerStore.Client;
using LedgerStore.Guard;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Writes the evidence of alerts.</summary>
internal static class AlertProofs
{
    private const int AlertsMax = 1_000;

    public static async Task WriteAsync(
        Run run, LedgerClient client, Verifier alerts, IReadOnlyList<AlertsCommand.Listed> shown, string directory)
    {
        if (shown.Count > AlertsMax)
        {
            throw new UsageException(
                $"these are {shown.Count} alerts, and one run proves up to {AlertsMax}",
                "choose with --rule or --since");
        }

        Directory.CreateDirectory(directory);
        HashSet<(string Ledger, ulong Index)> wanted =
            [.. shown.Select(static one => (AlertProducer.Ledger, one.Index))];
        foreach (AlertsCommand.Listed one in shown)
        {
            wanted.UnionWith(one.Alert.Cause.Indexes.Select(index => (one.Alert.Ledger, index)));
        }

        int written = 0;
        foreach (IGrouping<string, (string Ledger, ulong Index)> of in wanted.GroupBy(static one => one.Ledger))
        {
            using Verifier? other = of.Key == AlertProducer.Ledger
                ? null
                : LedgerTrust.Open(run, client, of.Key, vkey: null);
            Verifier verifier = other ?? alerts;
            _ = await LedgerTrust.UpdateAsync(run, client, verifier).ConfigureAwait(false);
            VerifiedReader reader = client.CreateReader(of.Key).Verified(verifier);
            foreach ((_, ulong index) in of.OrderBy(static one => one.Index))
            {
                written += await WriteAsync(run, reader, verifier, index, directory).ConfigureAwait(false) ? 1 : 0;
            }
        }

        run.Note($"wrote {written} receipts into {directory}: `ledger verify --receipt FILE` checks one, offline");
    }

    private static async Task<bool> WriteAsync(
        Run run, VerifiedReader reader, Verifier verifier, ulong index, string directory)
    {
        ReadOptions options = ReadOptions.Range(index, 1) with { GiveUpAfter = run.Patience };
        await foreach (LedgerEvent found in reader.ReadAsync(options, run.Cancellation).ConfigureAwait(false))
        {
            if (found is LedgerEntry entry)
            {
                Receipt receipt = await verifier.GetReceiptAsync(entry, verifier.Newest!, run.Cancellation)
                    .ConfigureAwait(false);
                await File.WriteAllBytesAsync(
                    Path.Combine(directory, $"{verifier.Ledger}-{index}.tlog-proof"), receipt.Format(),
                    run.Cancellation).ConfigureAwait(false);
                return true;
            }

            run.Note($"entry {index} of {verifier.Ledger} is not there any more: no receipt holds it");
        }

        return false;
    }
}
