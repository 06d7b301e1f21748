// Two kinds of chart as SVG text: bars that lie, and lines over a logarithmic axis. Pure functions.
using System.Globalization;
using System.Net;
using System.Text;

namespace LedgerStore.Bench.Reports;

/// <summary>One bar: its value, and where the target or the floor stands.</summary>
internal sealed record Bar(string Label, double Value, string Text, double? Mark = null, bool Bad = false);

/// <summary>One line of points.</summary>
internal sealed record Line(string Label, (double X, double Y)[] Points);

internal static class SvgChart
{
    private const int Width = 860;
    private const int LabelWidth = 330;
    private const int RowHeight = 24;
    private static readonly string[] s_colours =
        ["#2f6fb0", "#c9662b", "#3f8f4f", "#8a5fb5", "#b8433f", "#6b7a87", "#b59a24", "#2b9c9c"];

    /// <summary>Bars from the left; with <paramref name="logarithmic"/> each step of the axis is a factor.</summary>
    public static string Bars(IReadOnlyList<Bar> bars, bool logarithmic)
    {
        double highest = bars.Max(bar => Math.Max(bar.Value, bar.Mark ?? 0));
        double lowest = logarithmic
            ? bars.Min(bar => Math.Min(Positive(bar.Value), Positive(bar.Mark ?? bar.Value)))
            : 0;
        double Scale(double value) => (logarithmic
            ? Math.Log(Positive(value) / (lowest / 2)) / Math.Log(Positive(highest) / (lowest / 2))
            : value / Positive(highest)) * (Width - LabelWidth - 120);
        StringBuilder svg = Open((bars.Count * RowHeight) + 8);
        for (int row = 0; row < bars.Count; row++)
        {
            Bar bar = bars[row];
            int y = 4 + (row * RowHeight);
            double length = Math.Max(1, Scale(bar.Value));
            Text(svg, LabelWidth - 8, y + 16, bar.Label, "end");
            string colour = bar.Bad ? s_colours[4] : s_colours[0];
            Add(svg, $"<rect x='{LabelWidth}' y='{y + 3}' width='{length:0.#}' height='17' fill='{colour}'/>");
            if (bar.Mark is double mark)
            {
                double x = LabelWidth + Scale(mark);
                Add(svg, $"<line x1='{x:0.#}' x2='{x:0.#}' y1='{y}' y2='{y + RowHeight - 2}' class='mark'/>");
            }

            double right = Math.Max(length, Scale(bar.Mark ?? bar.Value));
            Text(svg, LabelWidth + (int)right + 6, y + 16, bar.Text, "start");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Lines over a logarithmic x axis; y from 0 or logarithmic too. Names of x values may be given.</summary>
    public static string Lines(IReadOnlyList<Line> lines, string yName, bool logarithmic, string[]? xNames = null)
    {
        const int Top = 24;
        const int Height = 300;
        const int Left = 90;
        const int Right = 640;
        double[] xs = [.. lines.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()];
        double high = lines.SelectMany(line => line.Points).Max(point => point.Y) * 1.05;
        double low = logarithmic ? lines.SelectMany(line => line.Points).Min(point => Positive(point.Y)) / 1.3 : 0;
        double Part(double x) => xs.Length < 2 ? 0 : Math.Log(x / xs[0]) / Math.Log(xs[^1] / xs[0]);
        double X(double x) => Left + (Part(x) * (Right - Left));
        double Y(double y) => Top + ((1 - (logarithmic
            ? Math.Log(Positive(y) / low) / Math.Log(high / low)
            : y / high)) * (Height - Top));
        StringBuilder svg = Open(Height + 40);
        for (int step = 0; step <= 4; step++)
        {
            double value = logarithmic ? low * Math.Pow(high / low, step / 4.0) : high * step / 4;
            Add(svg, $"<line x1='{Left}' x2='{Right}' y1='{Y(value):0.#}' y2='{Y(value):0.#}' class='grid'/>");
            Text(svg, Left - 6, (int)Y(value) + 4, Short(value), "end");
        }

        for (int i = 0; i < xs.Length; i++)
        {
            Text(svg, (int)X(xs[i]), Height + 18, xNames is null ? Short(xs[i]) : xNames[i], "middle");
        }

        Text(svg, Left, 14, yName, "start");
        for (int i = 0; i < lines.Count; i++)
        {
            string colour = s_colours[i % s_colours.Length];
            string points = string.Join(' ', lines[i].Points.OrderBy(point => point.X)
                .Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.#},{Y(point.Y):0.#}")));
            Add(svg, $"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>");
            Add(svg, $"<rect x='{Right + 20}' y='{Top + (i * 20)}' width='12' height='12' fill='{colour}'/>");
            Text(svg, Right + 38, Top + (i * 20) + 11, lines[i].Label, "start");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Three digits and a unit of thousands.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        >= 1e9 => (value / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " G",
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1e4 => (value / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    private static StringBuilder Open(int height) => new(
        $"<svg viewBox='0 0 {Width} {height}' width='{Width}' height='{height}' role='img'>");

    private static void Add(StringBuilder svg, FormattableString element) =>
        svg.Append(element.ToString(CultureInfo.InvariantCulture));

    private static void Text(StringBuilder svg, int x, int y, string text, string anchor) =>
        Add(svg, $"<text x='{x}' y='{y}' text-anchor='{anchor}'>{WebUtility.HtmlEncode(text)}</text>");

    private static double Positive(double value) => Math.Max(value, 1e-9);
}
