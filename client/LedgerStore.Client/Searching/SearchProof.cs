// Verifies a file of a search without the server: the same check as when the answer came. What the file says is trusted
// only as far as checkpoints that trusted keys signed lead to it. Pure; any thread.

using System.Text.Json;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>What was asked, as a file says it.</summary>
/// <param name="Fields">The canonical text of the fields that it was asked by.</param>
/// <param name="AreFieldsSigned">Whether the store signed that it indexes the ledger by these fields; else they are
/// those of whoever wrote the file.</param>
public sealed record SearchedQuestion(
    string Ledger,
    string IndexLedger,
    IReadOnlyList<string> Clauses,
    ulong First,
    ulong Count,
    string Fields,
    bool AreFieldsSigned);

/// <summary>Opens a signed note: with the keys that are trusted for an origin.</summary>
public delegate VerifiedCheckpoint CheckpointOpener(string origin, ReadOnlyMemory<byte> note);

/// <summary>Reads what a <see cref="SearchProofWriter"/> wrote.</summary>
public static class SearchProof
{
    /// <summary>Verifies a file.</summary>
    /// <param name="see">Told of every entry of the answer, and of every part of the range.</param>
    /// <exception cref="VerificationFailedException">It does not prove its answer: why.</exception>
    public static SearchedQuestion Verify(
        ReadOnlyMemory<byte> file, CheckpointOpener open, Action<SearchEvent> see)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(see);
        try
        {
            return new Check(file, open, see).Run();
        }
        catch (Exception none) when (none is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or MalformedDataException or OverflowException or ArgumentException)
        {
            throw new VerificationFailedException($"the file is no search: {none.Message}", none);
        }
    }

    private sealed class Check(ReadOnlyMemory<byte> file, CheckpointOpener open, Action<SearchEvent> see)
    {
        private ReadOnlyMemory<byte> _rest = file;
        private SearchPages? _pages;

        // Of a search without clauses, which has all entries: then what was signed about them can be built again.
        private IndexComparison? _comparison;
        private bool _isInPage;

        public SearchedQuestion Run()
        {
            using JsonDocument head = Next() ?? throw new VerificationFailedException("the file is empty");
            SearchedQuestion question = Begin(head.RootElement);
            while (true)
            {
                using JsonDocument line = Next()
                    ?? throw new VerificationFailedException("the file is cut off: its last line is missing");
                string kind = line.RootElement.GetProperty("kind").GetString()!;
                if (kind is "page" or "end")
                {
                    FinishPage();
                }

                if (kind == "end")
                {
                    DemandSame(_comparison?.Finish());
                    return _pages!.IsDone && _rest.IsEmpty
                        ? question
                        : throw new VerificationFailedException(
                            $"the file ends, and says nothing of entries from {_pages.First} to before {_pages.End}");
                }

                Take(kind, line.RootElement);
            }
        }

        private SearchedQuestion Begin(JsonElement head)
        {
            int version = head.GetProperty("version").GetInt32();
            if (head.GetProperty("kind").GetString() != "search" || version != SearchProofWriter.Version)
            {
                throw new VerificationFailedException(
                    $"it is of version {version}, and this program reads {SearchProofWriter.Version}");
            }

            SearchedQuestion said = new(
                head.GetProperty("ledger").GetString()!,
                head.GetProperty("index_ledger").GetString()!,
                [.. head.GetProperty("clauses").EnumerateArray().Select(static one => one.GetString()!)],
                head.GetProperty("first").GetUInt64(),
                head.GetProperty("count").GetUInt64(),
                head.GetProperty("spec").GetString()!,
                head.TryGetProperty("index_checkpoint", out _));
            IndexSpec spec = IndexSpec.Parse(said.Fields);
            if (!IndexLedgerName.TryParse(said.IndexLedger, out IndexLedgerName name) || !name.Names(spec))
            {
                throw new VerificationFailedException($"'{said.IndexLedger}' is not named after the spec of the file");
            }

            byte[] note = head.GetProperty("ledger_checkpoint").GetBytesFromBase64();
            string origin = Checkpoint.Parse(SignedNote.Parse(note).Text).Origin;
            if (!origin.EndsWith("/" + said.Ledger, StringComparison.Ordinal))
            {
                throw new VerificationFailedException($"its checkpoint is of '{origin}', not of '{said.Ledger}'");
            }

            string store = origin[..^said.Ledger.Length];
            CoverTrust trust = new(
                said.Ledger,
                TreeOf(open(origin, note)),
                TreeOf(head, "index_checkpoint", store + said.IndexLedger),
                TreeOf(head, "audit_checkpoint", store + "_audit"));
            Question question = new(spec, [.. said.Clauses.Select(Clause.Parse)]);
            bool isNewestFirst = head.GetProperty("newest_first").GetBoolean();
            _comparison = said.Clauses.Count == 0 && !isNewestFirst ? new IndexComparison(spec) : null;
            ulong end = checked(said.First + said.Count);
            if (said.Count == 0)
            {
                throw new VerificationFailedException("it asks about no entry, and so says nothing");
            }

            if (end > trust.Ledger.Size)
            {
                throw new VerificationFailedException($"the range ends behind the {trust.Ledger.Size} signed entries");
            }

            _pages = new SearchPages(question, trust, said.First, end, isNewestFirst);
            return said;
        }

        private TreeHead? TreeOf(JsonElement head, string name, string origin) =>
            head.TryGetProperty(name, out JsonElement note)
                ? TreeOf(open(origin, note.GetBytesFromBase64()))
                : null;

        private static TreeHead TreeOf(VerifiedCheckpoint checkpoint) =>
            new(checkpoint.Checkpoint.Origin, checkpoint.Size, checkpoint.Checkpoint.Root);

        private void Take(string kind, JsonElement line)
        {
            if (kind == "page")
            {
                ulong first = line.GetProperty("first").GetUInt64();
                _pages!.Begin(first, checked(first + line.GetProperty("count").GetUInt64()));
                _isInPage = true;
                return;
            }

            SearchAnswer answer = SearchProofLines.Read(kind, line);
            IReadOnlyList<FoundEntry> all = _pages!.Add(answer);
            DemandSame(_comparison?.Add(answer));
            foreach (FoundEntry found in all)
            {
                see(new FoundEntryEvent(new LedgerEntry(found.Index, found.Entry), found.Verdict == Verdict.Opaque));
            }
        }

        private static void DemandSame(ComparedSegment? segment)
        {
            if (segment is { Problem: { } problem })
            {
                throw new VerificationFailedException($"the index of segment {segment.Segment} is false: {problem}");
            }
        }

        private void FinishPage()
        {
            if (!_isInPage)
            {
                return;
            }

            _isInPage = false;
            CoverResult result = _pages!.Finish();
            see(SearchedRange.Of(result));
        }

        private JsonDocument? Next()
        {
            if (_rest.IsEmpty)
            {
                return null;
            }

            int end = _rest.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            return JsonDocument.Parse(line);
        }
    }
}
