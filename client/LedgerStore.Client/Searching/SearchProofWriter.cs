// A search as a file that proves itself with the public keys alone: lines of JSON. The first says what was asked and
// has the checkpoints; a line for each page and for each part of its answer follows; the last says that it is whole.
// docs/FORMAT.md has every field. Owned by one search.

using System.Text.Json;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Writes what a search was answered.</summary>
public sealed class SearchProofWriter : IDisposable
{
    /// <summary>The version of the file.</summary>
    public const int Version = 1;

    private readonly Stream _output;
    private readonly Utf8JsonWriter _json;

    /// <summary>The stream stays the caller's.</summary>
    public SearchProofWriter(Stream output)
    {
        _output = output;
        _json = new Utf8JsonWriter(output);
    }

    /// <summary>Of so many segments of a salted ledger the file has the key: whoever has the file can ask the pages in
    /// it for other values than were searched for.</summary>
    public int Keys { get; private set; }

    /// <summary>Ends writing; a file without its last line is not whole.</summary>
    public void Dispose() => _json.Dispose();

    internal void Begin(
        string ledger, SearchOptions asked, ulong first, ulong end,
        (VerifiedCheckpoint Ledger, VerifiedCheckpoint? Index, VerifiedCheckpoint? Audit) trees) => Line("search", () =>
        {
            _json.WriteNumber("version", Version);
            _json.WriteString("ledger", ledger);
            _json.WriteString("index_ledger", asked.Fields.IndexLedger);
            _json.WriteString("spec", asked.Fields.Spec);
            _json.WriteStartArray("clauses");
            foreach (string clause in asked.Clauses)
            {
                _json.WriteStringValue(clause);
            }

            _json.WriteEndArray();
            Range(first, end - first);
            _json.WriteBoolean("newest_first", asked.NewestFirst);
            _json.WriteBase64String("ledger_checkpoint", trees.Ledger.Note.Bytes);
            Checkpoint("index_checkpoint", trees.Index);
            Checkpoint("audit_checkpoint", trees.Audit);
        });

    internal void Page(ulong first, ulong end) => Line("page", () => Range(first, end - first));

    internal void Add(SearchAnswer answer)
    {
        switch (answer)
        {
            case SegmentAnswer segment:
                Line("segment", () => Segment(segment));
                break;
            case BundleAnswer bundle:
                Line("bundle", () =>
                {
                    _json.WriteNumber("bundle", bundle.Bundle);
                    _json.WriteBase64String("entries", bundle.Entries);
                    Path(bundle.Path);
                });
                break;
            case ExpiredAnswer expired:
                Line("expired", () =>
                {
                    Range(expired.First, expired.Count);
                    Entry("tombstone", expired.Tombstone);
                });
                break;
            case UnreadableAnswer unreadable:
                Line("unreadable", () =>
                {
                    Range(unreadable.First, unreadable.Count);
                    _json.WriteString("reason", unreadable.Why);
                });
                break;
            default:
                throw new ArgumentException($"a proof has no {answer.GetType().Name}", nameof(answer));
        }
    }

    internal void End() => Line("end", static () => { });

    private void Line(string kind, Action write)
    {
        _json.WriteStartObject();
        _json.WriteString("kind", kind);
        write();
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _output.Write("\n"u8);
    }

    private void Segment(SegmentAnswer segment)
    {
        _json.WriteNumber("segment", segment.Segment);
        Entry("statement", segment.Statement);
        Path(segment.SegmentPath);
        if (!segment.Key.IsEmpty)
        {
            _json.WriteBase64String("key", segment.Key.Span);
            Keys++;
        }

        _json.WriteStartArray("pages");
        foreach (PageAnswer page in segment.Pages)
        {
            _json.WriteStartObject();
            _json.WriteNumber("field", page.Field);
            _json.WriteNumber("page", page.Page);
            _json.WriteBase64String("bytes", page.Bytes.Span);
            Path(page.Path);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Range(ulong first, ulong count)
    {
        _json.WriteNumber("first", first);
        _json.WriteNumber("count", count);
    }

    private void Checkpoint(string name, VerifiedCheckpoint? checkpoint)
    {
        if (checkpoint is not null)
        {
            _json.WriteBase64String(name, checkpoint.Note.Bytes);
        }
    }

    private void Entry(string name, ProvenEntry entry)
    {
        _json.WriteStartObject(name);
        _json.WriteNumber("index", entry.Index);
        _json.WriteBase64String("entry", entry.Entry);
        Path(entry.Path);
        _json.WriteEndObject();
    }

    private void Path(Hash256[] path)
    {
        _json.WriteStartArray("path");
        foreach (Hash256 hash in path)
        {
            _json.WriteBase64StringValue(hash.ToArray());
        }

        _json.WriteEndArray();
    }
}
