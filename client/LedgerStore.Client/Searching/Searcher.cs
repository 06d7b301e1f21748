// Finds entries of a ledger by its index, and shows nothing as complete that is not: every entry of the range is
// accounted for against checkpoints that were verified here. Any thread; each enumeration is used by one.

using System.Runtime.CompilerServices;
using Grpc.Core;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>Searches one ledger. Needs the capability read; with it comes verify on the ledger of statements.</summary>
public sealed class Searcher
{
    private readonly ServerConnection _client;

    internal Searcher(ServerConnection client, string ledger)
    {
        _client = client;
        Ledger = ledger;
    }

    /// <summary>The ledger that is searched.</summary>
    public string Ledger { get; }

    /// <summary>The fields that the ledger's index has; null when it has none, or the server knows of no indexes.
    /// </summary>
    /// <exception cref="LedgerViolationException">The spec is not the one that the ledger of statements is named after.
    /// </exception>
    public async Task<FieldsInfo?> GetFieldsAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            FieldsInfo fields = await _client.AskAsync(
                LedgerMethods.GetFields, new GetFieldsRequest { Ledger = Ledger }, Ledger, cancellationToken)
                .ConfigureAwait(false);
            if (fields.IndexLedger.Length == 0)
            {
                return null;
            }

            _ = SpecOf(fields);
            return fields;
        }
        catch (RpcException old) when (old.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
    }

    /// <summary>Searches from <see cref="SearchOptions.From"/> to the end of what is signed. Entries come as they are
    /// found and proven; a part of the range was searched completely when its <see cref="SearchedRange"/> comes.
    /// </summary>
    /// <exception cref="LedgerViolationException">An answer is false or incomplete: what is wrong with it.</exception>
    /// <exception cref="ArgumentException">A clause cannot be asked.</exception>
    public async IAsyncEnumerable<SearchEvent> SearchAsync(
        SearchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Question question = Ask(SpecOf(options.Fields), options.Clauses);
        DemandStore(options);
        VerifiedCheckpoint ledger = await options.Ledger.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        VerifiedCheckpoint? index = await TryUpdateAsync(options.Index, cancellationToken).ConfigureAwait(false);
        VerifiedCheckpoint? audit = options.Audit is null
            ? null
            : await TryUpdateAsync(options.Audit, cancellationToken).ConfigureAwait(false);
        CoverTrust trust = new(Ledger, TreeOf(ledger)!, TreeOf(index), TreeOf(audit));
        ulong end = Math.Min(options.End ?? ledger.Size, ledger.Size);
        SearchPages pages = new(
            question, TermKey.Public(question.Spec), trust, Math.Min(options.From, end), end, options.NewestFirst);
        options.Proof?.Begin(Ledger, options, pages.First, pages.End, (ledger, index, audit));
        while (!pages.IsDone)
        {
            SearchRequest request = new()
            {
                Ledger = Ledger,
                IndexLedger = options.Fields.IndexLedger,
                Clauses = { options.Clauses },
                First = pages.First,
                End = pages.End,
                NewestFirst = options.NewestFirst,
                Size = ledger.Size,
                IndexSize = index?.Size ?? 0,
                AuditSize = audit?.Size ?? 0,
            };
            await foreach (SearchEvent next in PageAsync(request, pages, options.Proof, cancellationToken)
                .ConfigureAwait(false))
            {
                yield return next;
            }
        }

        options.Proof?.End();
    }

    private async IAsyncEnumerable<SearchEvent> PageAsync(
        SearchRequest request, SearchPages pages, SearchProofWriter? proof,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SearchMessages messages = new();
        bool hasBegun = false;
        await foreach (SearchResponse message in _client
            .StreamAsync(LedgerMethods.Search, request, Ledger, cancellationToken).ConfigureAwait(false))
        {
            if (!hasBegun)
            {
                hasBegun = true;
                SearchHead head = message.Head ?? new SearchHead();
                Check(() => pages.Begin(head.First, head.End));
                proof?.Page(head.First, head.End);
                continue;
            }

            foreach (FoundEntryEvent found in Add(pages, Check(() => messages.Take(message)), proof))
            {
                yield return found;
            }
        }

        foreach (FoundEntryEvent found in Add(pages, Check(messages.Finish), proof))
        {
            yield return found;
        }

        yield return SearchedRange.Of(
            Check(pages.Finish), messages.Segments, messages.ProofBytes, messages.EntryBytes);
    }

    private IEnumerable<FoundEntryEvent> Add(
        SearchPages pages, IEnumerable<SearchAnswer> answers, SearchProofWriter? proof)
    {
        foreach (SearchAnswer answer in answers)
        {
            IReadOnlyList<FoundEntry> found = Check(() => pages.Add(answer));
            proof?.Add(answer);
            foreach (FoundEntry entry in found)
            {
                yield return new FoundEntryEvent(
                    new LedgerEntry(entry.Index, entry.Entry), entry.Verdict == Verdict.Opaque);
            }
        }
    }

    // A statement, or a tombstone, of another store would say nothing about this ledger.
    private void DemandStore(SearchOptions options)
    {
        string store = options.Ledger.Origin[..^Ledger.Length];
        if (options.Ledger.Ledger != Ledger || options.Index.Origin != store + options.Fields.IndexLedger
            || (options.Audit is { } audit && audit.Origin != store + "_audit"))
        {
            throw new ArgumentException(
                $"the verifiers of a search of {options.Ledger.Origin} are of it, of {options.Fields.IndexLedger}, and "
                + "of _audit of the same store",
                nameof(options));
        }
    }

    private void Check(Action step) => Check(() =>
    {
        step();
        return true;
    });

    private T Check<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (VerificationFailedException lie)
        {
            throw WrongAnswer.To(
                Ledger, "an answer to a search that is proven and complete", $"one that is not: {lie.Message}", lie);
        }
    }

    private IndexSpec SpecOf(FieldsInfo fields)
    {
        try
        {
            IndexSpec spec = IndexSpec.Parse(fields.Spec);
            if (IndexLedgerName.TryParse(fields.IndexLedger, out IndexLedgerName name) && name.Names(spec))
            {
                return spec;
            }
        }
        catch (MalformedDataException)
        {
            // As below: it is not the spec that the name says.
        }

        throw WrongAnswer.To(
            Ledger, "the spec of fields that the ledger of statements is named after",
            $"another one, or none, for '{fields.IndexLedger}'");
    }

    private static Question Ask(IndexSpec spec, IReadOnlyList<string> clauses)
    {
        try
        {
            return new Question(spec, [.. clauses.Select(Clause.Parse)]);
        }
        catch (MalformedDataException wrong)
        {
            throw new ArgumentException(wrong.What, nameof(clauses), wrong);
        }
    }

    private static TreeHead? TreeOf(VerifiedCheckpoint? checkpoint) => checkpoint is null
        ? null
        : new TreeHead(checkpoint.Checkpoint.Origin, checkpoint.Size, checkpoint.Checkpoint.Root);

    // Nothing is stated yet, or the caller may not verify _audit: then the answer stands on less, and says so.
    private static async Task<VerifiedCheckpoint?> TryUpdateAsync(
        Verifier verifier, CancellationToken cancellationToken)
    {
        try
        {
            return await verifier.UpdateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException none) when (none.Info is { Reason: "NO_CHECKPOINT" }
            || none.StatusCode == StatusCode.PermissionDenied)
        {
            return null;
        }
    }
}
