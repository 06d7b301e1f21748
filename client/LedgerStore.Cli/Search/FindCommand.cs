// `ledger find`: whoever has a receipt sees that a search finds its entry, without reading the ledger. One thread.
using System.CommandLine;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Fields;
using LedgerStore.Policy;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using Receipt = LedgerStore.Proofs.Receipt;

namespace LedgerStore.Cli;

/// <summary>Looks an entry up by what it says itself.</summary>
internal static class FindCommand
{
    // What is asked is recorded, all of it: some values of ordinary length say enough.
    private const int ValueCharactersMax = 200;
    private const int ClausesMax = 8;

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> receipt = new("receipt") { Description = "A receipt, as `ledger prove` writes it" };
        Option<string?> entry = new("--entry")
        {
            HelpName = "FILE",
            Description = "The entry's bytes, if the receipt does not hold them",
        };
        return builder.Make(
            "find",
            "Show that a search by the ledger's index finds the entry of a receipt\n\n"
            + "Exit code 1: the index says that it is not there, or the receipt is not true\n\n"
            + "  ledger find demo-7.tlog-proof",
            [receipt, entry],
            run => RunAsync(run, run.Get(receipt), run.Get(entry)));
    }

    private static async Task<int> RunAsync(Run run, string file, string? entryFile)
    {
        Receipt receipt = Receipt.Parse(ForeignFile.ReadNamed(file, Receipt.BytesMax));
        byte[]? given = entryFile is null ? null : ForeignFile.ReadNamed(entryFile, EntryBundle.EntryBytesMax);
        (VerifiedCheckpoint checkpoint, byte[] entry) = ReceiptVerification.Check(
            receipt, given, file, new OfflineTrust(run, vkey: null, [], []));
        string origin = checkpoint.Checkpoint.Origin;
        string ledger = origin[(origin.LastIndexOf('/') + 1)..];
        using LedgerClient client = run.Connect(Capability.Read);
        Searcher searcher = client.CreateSearcher(ledger);
        FieldsInfo? fields = await searcher.GetFieldsAsync(run.Cancellation).ConfigureAwait(false);
        using SearchTrust? trust = SearchTrust.TryOpen(run, client, ledger, fields, given: null, out string why);
        if (trust is null)
        {
            throw new UsageException($"nothing can be found by an index: {why}");
        }

        string[] clauses = ClausesOf(IndexSpec.Parse(trust.Fields.Spec), entry);
        SearchOptions asked = new()
        {
            Clauses = clauses,
            Fields = trust.Fields,
            Ledger = trust.Ledger,
            Index = trust.Index,
            Audit = trust.Audit,
            From = receipt.Index,
            End = receipt.Index + 1,
        };
        string question = string.Join(' ', clauses.Select(SafeText.Line));
        await foreach (SearchEvent next in searcher.SearchAsync(asked, run.Cancellation).ConfigureAwait(false))
        {
            if (next is FoundEntryEvent found && found.Entry.Bytes.Span.SequenceEqual(entry))
            {
                run.Line($"found: entry {receipt.Index} of {ledger} is found by {question}");
                return ExitCode.Done;
            }

            if (next is SearchedRange part && part.Expired.Count + part.Unreadable.Count > 0)
            {
                throw new UsageException($"entry {receipt.Index} of {ledger} has expired, or cannot be read now");
            }
        }

        throw new VerificationFailedException(
            $"entry {receipt.Index} of {ledger} is signed, and the signed index says that {question} is not there: the "
            + "index is false. Keep the receipt, and the answer that `ledger search --prove` gives to this question");
    }

    /// <summary>What the entry says in its fields, as a question.</summary>
    private static string[] ClausesOf(IndexSpec spec, byte[] entry)
    {
        FieldScanner scanner = new(spec);
        if (!scanner.TryScan(entry))
        {
            throw new VerificationFailedException("what the receipt is about is no entry");
        }

        List<string> clauses = [];
        HashSet<int> asked = [];
        foreach (FieldValue value in scanner.Values.All)
        {
            FieldSpec field = spec.Fields[value.Field];
            string text = Encoding.UTF8.GetString(scanner.Values.TextOf(value));
            if (!field.IsZone && text.Length is > 0 and <= ValueCharactersMax && clauses.Count < ClausesMax
                && asked.Add(value.Field))
            {
                clauses.Add(new Clause(field.Name, ClauseKind.AnyOf, [text]).ToString());
            }
        }

        return clauses.Count > 0
            ? [.. clauses]
            : throw new UsageException("the entry has no value in any field that could be asked for");
    }
}
