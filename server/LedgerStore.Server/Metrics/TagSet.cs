// The tags of a measurement as a key, found without making one: every call brings measurements, hardly one new tags.
// Immutable; any thread.
using System.Text;

namespace LedgerStore.Server.Metrics;

/// <summary>One combination of tags, and how Prometheus writes it.</summary>
internal sealed class TagSet
{
    private readonly KeyValuePair<string, object?>[] tags;

    private TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        this.tags = tags.ToArray();
        Labels = LabelsOf(tags);
    }

    public static IEqualityComparer<TagSet> Comparer { get; } = new BySpan();

    public string Labels { get; }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder text = new();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            string value = tag.Value?.ToString() ?? string.Empty;
            string key = tag.Key.Replace('.', '_');
            text.Append(text.Length == 0 ? string.Empty : ",").Append(key).Append("=\"");
            text.Append(value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
        }

        return text.ToString();
    }

    private sealed class BySpan :
        IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);

        public bool Equals(TagSet? x, TagSet? y) => x is null || y is null ? x == y : Equals(x.tags, y);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            if (alternate.Length != other.tags.Length)
            {
                return false;
            }

            for (int at = 0; at < alternate.Length; at++)
            {
                if (!string.Equals(alternate[at].Key, other.tags[at].Key, StringComparison.Ordinal)
                    || !Equals(alternate[at].Value, other.tags[at].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(TagSet obj) => GetHashCode(obj.tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            // Values tell sets apart; keys are the same for all measurements of an instrument.
            HashCode hash = default;
            foreach (KeyValuePair<string, object?> tag in alternate)
            {
                hash.Add(tag.Value);
            }

            return hash.ToHashCode();
        }
    }
}
