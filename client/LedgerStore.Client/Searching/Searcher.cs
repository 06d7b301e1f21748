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

    /// <summary>Builds the index of every complete segment again, from entries that are proven, and compares it with
    /// the statement that the store signed: what no search notices that asks for something else. Reads all of the
    /// range.</summary>
    /// <param name="options">Without clauses, and the oldest first.</param>
    /// <exception cref="LedgerViolationException">An answer is false or incomplete: what is wrong with it.</exception>
    public async IAsyncEnumerable<ComparedSegment> CompareIndexAsync(
        SearchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Clauses.Count > 0 || options.NewestFirst)
        {
            throw new ArgumentException(
                "an index is compared with all entries, the oldest first: without clauses", nameof(options));
        }

        IndexComparison comparison = new(SpecOf(options.Fields));
        Queue<ComparedSegment> ended = new();
        await foreach (SearchEvent _ in SearchAsync(
            options, answer => Enqueue(comparison.Add(answer)), cancellationToken).ConfigureAwait(false))
        {
            while (ended.TryDequeue(out ComparedSegment? next))
            {
                yield return next;
            }
        }

        Enqueue(comparison.Finish());
        while (ended.TryDequeue(out ComparedSegment? last))
        {
            yield return last;
        }

        void Enqueue(ComparedSegment? segment)
        {
            if (segment is not null)
            {
                ended.Enqueue(segment);
            }
        }
    }

    /// <summary>Searches from <see cref="SearchOptions.From"/> to the end of what is signed. Entries come as they are
    /// found and proven; a part of the range was searched completely when its <see cref="SearchedRange"/> comes.
    /// </summary>
    /// <exception cref="LedgerViolationException">An answer is false or incomplete: what is wrong with it.</exception>
    /// <exception cref="ArgumentException">A clause cannot be asked.</exception>
    public IAsyncEnumerable<SearchEvent> SearchAsync(
        SearchOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return SearchAsync(options, static _ => { }, cancellationToken);
    }

    /// <param name="see">Told of every part of the answer, when its proofs were checked.</param>
    private async IAsyncEnumerable<SearchEvent> SearchAsync(
        SearchOptions options, Action<SearchAnswer> see, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
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
            question, trust, Math.Min(options.From, end), end, options.NewestFirst);
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
            await foreach (SearchEvent next in PageAsync(request, pages, TakeOf(options.Proof, see), cancellationToken)
                .ConfigureAwait(false))
            {
                yield return next;
            }
        }

        options.Proof?.End();
    }

    // The file of the search first: what is seen to be false must be in it.
    private static Watch TakeOf(SearchProofWriter? proof, Action<SearchAnswer> see) => new(
        (first, end) => proof?.Page(first, end),
        answer =>
        {
            proof?.Add(answer);
            see(answer);
        });

    private async IAsyncEnumerable<SearchEvent> PageAsync(
        SearchRequest request, SearchPages pages, Watch watch,
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
                watch.Page(head.First, head.End);
                continue;
            }

            foreach (FoundEntryEvent found in Add(pages, Check(() => messages.Take(message)), watch))
            {
                yield return found;
            }
        }

        foreach (FoundEntryEvent found in Add(pages, Check(messages.Finish), watch))
        {
            yield return found;
        }

        yield return SearchedRange.Of(
            Check(pages.Finish), messages.Segments, messages.ProofBytes, messages.EntryBytes);
    }

    private IEnumerable<FoundEntryEvent> Add(
        SearchPages pages, IEnumerable<SearchAnswer> answers, Watch watch)
    {
        foreach (SearchAnswer answer in answers)
        {
            IReadOnlyList<FoundEntry> found = Check(() => pages.Add(answer));
            watch.Answer(answer);
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

    /// <summary>Who is told of what came and was checked.</summary>
    private sealed record Watch(Action<ulong, ulong> Page, Action<SearchAnswer> Answer);
}
