// Questions and answers as JSON, for checkers in other languages. Pure.

using System.Text.Json;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Fields.Cover;

/// <summary>Writes what a checker reads.</summary>
internal sealed class SearchJson(Utf8JsonWriter json)
{
    /// <summary>What all questions share: spec, range and trees.</summary>
    public void Begin(SearchWorld world, IndexSpec spec)
    {
        json.WriteStartObject();
        json.WriteString("spec", spec.Text);
        json.WriteNumber("first", 0);
        json.WriteNumber("end", world.Ledger.Size);
        json.WriteStartArray("questions");
    }

    public void End()
    {
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    public void Question(Question question, CoverTrust trust, IEnumerable<object> answers)
    {
        json.WriteStartObject();
        json.WriteStartArray("clauses");
        foreach (Clause clause in question.Clauses.Select(static one => one.Clause))
        {
            json.WriteStartArray();
            json.WriteStringValue(clause.Field);
            json.WriteStringValue(clause.Kind.ToString());
            json.WriteStartArray();
            foreach (string value in clause.Values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartObject("trust");
        json.WriteString("name", trust.LedgerName);
        Tree("ledger", trust.Ledger);
        Tree("index", trust.Index!);
        Tree("audit", trust.Audit!);
        json.WriteEndObject();
        json.WriteStartArray("answers");
        foreach (object answer in answers)
        {
            json.WriteStartObject();
            Answer(answer);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Answer(object answer)
    {
        switch (answer)
        {
            case SegmentAnswer segment:
                json.WriteString("kind", "segment");
                json.WriteNumber("segment", segment.Segment);
                Entry("statement", segment.Statement);
                Path(segment.SegmentPath);
                if (!segment.Key.IsEmpty)
                {
                    json.WriteBase64String("key", segment.Key.Span);
                }

                json.WriteStartArray("pages");
                foreach (PageAnswer page in segment.Pages)
                {
                    json.WriteStartObject();
                    json.WriteNumber("field", page.Field);
                    json.WriteNumber("page", page.Page);
                    json.WriteBase64String("bytes", page.Bytes.Span);
                    Path(page.Path);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                break;
            case BundleAnswer bundle:
                json.WriteString("kind", "bundle");
                json.WriteNumber("bundle", bundle.Bundle);
                json.WriteBase64String("entries", bundle.Entries);
                Path(bundle.Path);
                break;
            case ExpiredAnswer expired:
                json.WriteString("kind", "expired");
                Range(expired.First, expired.Count);
                Entry("tombstone", expired.Tombstone);
                break;
            default:
                UnreadableAnswer unreadable = (UnreadableAnswer)answer;
                json.WriteString("kind", "unreadable");
                Range(unreadable.First, unreadable.Count);
                break;
        }
    }

    private void Range(ulong first, ulong count)
    {
        json.WriteNumber("first", first);
        json.WriteNumber("count", count);
    }

    private void Tree(string name, TreeHead tree)
    {
        Hash256 root = tree.Root;
        json.WriteStartObject(name);
        json.WriteString("origin", tree.Origin);
        json.WriteNumber("size", tree.Size);
        json.WriteBase64String("root", Hash256.BytesOf(ref root));
        json.WriteEndObject();
    }

    private void Entry(string name, ProvenEntry entry)
    {
        json.WriteStartObject(name);
        json.WriteNumber("index", entry.Index);
        json.WriteBase64String("entry", entry.Entry);
        Path(entry.Path);
        json.WriteEndObject();
    }

    private void Path(Hash256[] path)
    {
        json.WriteStartArray("path");
        foreach (Hash256 hash in path)
        {
            Hash256 one = hash;
            json.WriteBase64StringValue(Hash256.BytesOf(ref one));
        }

        json.WriteEndArray();
    }
}
