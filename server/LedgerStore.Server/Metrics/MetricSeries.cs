// One instrument as Prometheus sees it: sums, last values or buckets for each set of labels.
// Guarded by its own lock; any thread measures, the scrape reads.
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LedgerStore.Server.Metrics;

/// <summary>How an instrument is exported.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>The series of one instrument.</summary>
internal sealed class MetricSeries
{
    // Labels come from a fixed vocabulary (methods, statuses, reasons); this bounds what a mistake could cost.
    private const int LabelSetsMax = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<TagSet, double[]> values = new(TagSet.Comparer);
    private readonly Dictionary<TagSet, double[]>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> slots;
    private readonly double[] bounds;
    private readonly string description;
    private readonly bool isAbsolute;

    public MetricSeries(Instrument instrument)
    {
        slots = values.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        Kind = KindOf(instrument);
        isAbsolute = instrument.IsObservable;
        Name = NameOf(instrument, Kind);
        description = instrument.Description ?? instrument.Name;
        bounds = Kind == MetricKind.Histogram ? BoundsOf(instrument.Unit) : [];
    }

    public MetricKind Kind { get; }

    /// <summary>As Prometheus has it.</summary>
    public string Name { get; }

    /// <summary>Takes one measurement.</summary>
    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (gate)
        {
            if (!slots.TryGetValue(tags, out double[]? slot))
            {
                if (values.Count >= LabelSetsMax)
                {
                    return;
                }

                // A histogram has its buckets, then one for what is above them, then the sum.
                slots[tags] = slot = new double[Kind == MetricKind.Histogram ? bounds.Length + 2 : 1];
            }

            if (Kind == MetricKind.Histogram)
            {
                int bucket = Array.BinarySearch(bounds, value);
                slot[bucket < 0 ? ~bucket : bucket]++;
                slot[^1] += value;
            }
            else
            {
                slot[0] = isAbsolute ? value : slot[0] + value;
            }
        }
    }

    /// <summary>Writes all series in the text format.</summary>
    public void Write(StringBuilder text)
    {
        lock (gate)
        {
            if (values.Count == 0)
            {
                return;
            }

            text.Append($"# HELP {Name} {description}\n# TYPE {Name} {Kind.ToString().ToLowerInvariant()}\n");
            foreach ((TagSet tags, double[] slot) in values)
            {
                if (Kind == MetricKind.Histogram)
                {
                    WriteHistogram(text, tags.Labels, slot);
                }
                else
                {
                    Line(text, Name, tags.Labels, slot[0]);
                }
            }
        }
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        string type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram
            : type.Contains("UpDown", StringComparison.Ordinal) || type.Contains("Gauge", StringComparison.Ordinal)
                ? MetricKind.Gauge
            : MetricKind.Counter;
    }

    private static string NameOf(Instrument instrument, MetricKind kind)
    {
        StringBuilder text = new(instrument.Name.Length);
        foreach (char letter in instrument.Name)
        {
            text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }

        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", "us" => "_microseconds", _ => "" };
        string plain = text.ToString();
        bool saysUnit = (plain + "_").Contains(unit + "_", StringComparison.Ordinal);
        string withUnit = saysUnit ? plain : plain + unit;
        return kind == MetricKind.Counter ? withUnit + "_total" : withUnit;
    }

    // Times from a tenth of a millisecond to ten seconds; counts by powers of four.
    private static double[] BoundsOf(string? unit)
    {
        double[] times = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
        return unit switch
        {
            "s" => times,
            "us" => [.. times.Select(bound => bound * 1e6)],
            _ => [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536],
        };
    }

    private void WriteHistogram(StringBuilder text, string labels, double[] slot)
    {
        string prefix = labels.Length == 0 ? string.Empty : labels + ",";
        double count = 0;
        for (int bucket = 0; bucket <= bounds.Length; bucket++)
        {
            count += slot[bucket];
            string bound = bucket == bounds.Length ? "+Inf" : bounds[bucket].ToString(CultureInfo.InvariantCulture);
            Line(text, Name + "_bucket", $"{prefix}le=\"{bound}\"", count);
        }

        Line(text, Name + "_sum", labels, slot[^1]);
        Line(text, Name + "_count", labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
