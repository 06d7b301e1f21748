// The one escape function, and entries as JSON: whatever the bytes are, a line stays a line, a terminal is not driven,
// and a program gets valid UTF-8 from which the bytes can be had again.

using System.Globalization;
using System.Text;
using System.Text.Json;
using LedgerStore.Cli;
using LedgerStore.Tests.Client;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class SafeTextTests
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Default_Ignorable_Code_Point of Unicode, as far as the categories do not say it; and the blank of
    /// Braille.</summary>
    private static readonly HashSet<int> s_drawnAsNothing =
    [
        0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x180F, 0x2800, 0x3164, 0xFFA0,
        .. Enumerable.Range(0xFE00, 16), .. Enumerable.Range(0xE0100, 240),
    ];

    public static TheoryData<string> ContentTypes => [string.Empty, "text/plain", "application/json"];

    [Fact]
    public void Every_character_without_a_shape_is_escaped_and_no_other()
    {
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value))
            {
                continue;
            }

            Rune rune = new(value);
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool mustGo = category is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate
                || s_drawnAsNothing.Contains(value);
            string shown = SafeText.Line($"a{rune}b");
            Assert.Equal(mustGo, shown != $"a{rune}b");
            Assert.DoesNotContain(shown, static c => char.IsControl(c) || c is '\u2028' or '\u202e');
        }
    }

    [Theory]
    [InlineData("a\r\nb", "a\\u000d\\u000ab")]
    [InlineData("\u001b[2J\u007f\u009b", "\\u001b[2J\\u007f\\u009b")]
    [InlineData("\u202everified\u2066\u200f", "\\u202everified\\u2066\\u200f")]
    [InlineData("\u2028\u2029\ufeff", "\\u2028\\u2029\\ufeff")]
    [InlineData("\U000e0041\U0001f600", "\\udb40\\udc41\U0001f600")]
    [InlineData("a\u3164b\u034fc\ufe0f", "a\\u3164b\\u034fc\\ufe0f")]
    [InlineData("bob's \"7\" \\ größer", "bob's \"7\" \\ größer")]
    public void What_it_looks_like(string text, string shown)
    {
        Assert.Equal(shown, SafeText.Line(text));
        Assert.Equal(shown.Replace("\\u000a", "\n", StringComparison.Ordinal), SafeText.Lines(text));
    }

    [Fact]
    public void Half_of_a_character_is_escaped() =>
        Assert.Equal("half \\ud800 and \\udc00", SafeText.Line("half \ud800 and \udc00"));

    [Fact]
    public void The_writer_escapes_whatever_way_the_text_comes()
    {
        using MemoryStream stream = new();
        using (TextOut writer = new(stream, flushesAlways: false))
        {
            writer.Write('\u001b');
            writer.Write("a\u009bb");
            writer.Write(['c', '\r', 'd'], 1, 2);
            writer.Write("{0}", "\u202e");
            writer.WriteLine("e\nf");
            writer.Line("g\nh");

            // A character in two halves.
            writer.Write('\ud83d');
            writer.Write('\ude00');
            writer.Styled("32", "\u001b[0m");
        }

        Assert.Equal(
            "\\u001ba\\u009bb\\u000dd\\u202ee\nf\ng\\u000ah\n\U0001f600\u001b[32m\\u001b[0m\u001b[0m",
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public void An_entry_in_json_is_one_line_that_gives_the_bytes_back(string type)
    {
        foreach (byte[] payload in Payloads())
        {
            string line = s_strict.GetString(Print(payload, type, EntryFormat.Json));
            Assert.EndsWith("}\n", line, StringComparison.Ordinal);
            Assert.DoesNotContain(line[..^1], c => char.IsControl(c) || char.GetUnicodeCategory(c)
                is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            using JsonDocument json = JsonDocument.Parse(line);
            Assert.Equal(7ul, json.RootElement.GetProperty("index").GetUInt64());
            if (json.RootElement.TryGetProperty("payload_base64", out JsonElement binary))
            {
                Assert.Equal(payload, binary.GetBytesFromBase64());
                Assert.Null(SafeText.TryDecode(payload));
                continue;
            }

            JsonElement shown = json.RootElement.GetProperty("payload");
            if (shown.ValueKind == JsonValueKind.String && !IsJsonString(payload, type))
            {
                Assert.Equal(payload, Encoding.UTF8.GetBytes(shown.GetString()!));
                continue;
            }

            if (payload.AsSpan().IndexOf("\\ud800"u8) >= 0)
            {
                // Half of a character, escaped by whoever wrote the record: it stays as it is.
                Assert.Equal(Encoding.UTF8.GetString(payload), shown.GetRawText());
                continue;
            }

            using JsonDocument held = JsonDocument.Parse(payload);
            Assert.True(JsonElement.DeepEquals(held.RootElement, shown), line);
        }
    }

    [Fact]
    public void An_entry_for_people_is_one_line()
    {
        foreach (byte[] payload in Payloads())
        {
            foreach (EntryFormat format in new[] { EntryFormat.Text, EntryFormat.Table })
            {
                string shown = s_strict.GetString(Print(payload, "application/json", format));
                string line = format == EntryFormat.Table ? shown[(shown.IndexOf('\n') + 1)..] : shown;
                Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
                Assert.DoesNotContain(line[..^1], static c => char.IsControl(c));
            }
        }

        // A field that no server lets through is no way around.
        byte[] forged = Entry("x"u8, "a\u001b]0;\u009d\r"u8, "a\u202eb"u8, "t\nu"u8);
        Assert.DoesNotContain(
            s_strict.GetString(Print(forged, EntryFormat.Text))[..^1], static c => char.IsControl(c));
        Assert.DoesNotContain("\u202e", s_strict.GetString(Print(forged, EntryFormat.Json)), StringComparison.Ordinal);
        byte[] noText = Entry("x"u8, [0xFF, 0xFE], default, default);
        Assert.Contains("\"appender_base64\":\"//4=\"", s_strict.GetString(Print(noText, EntryFormat.Json)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_raw_payload_is_exact_in_a_file()
    {
        byte[] payload = "a\u001b[2J\r"u8.ToArray();
        Assert.Equal([.. payload, (byte)'\n'], Print(payload, string.Empty, EntryFormat.Raw));
    }

    // Every byte alone, inside of text and inside of a JSON string; what is known to be trouble; and noise.
    private static IEnumerable<byte[]> Payloads()
    {
        for (int value = 0; value < 256; value++)
        {
            yield return [(byte)value];
            yield return [.. "{\"a\":\""u8, (byte)value, .. "\"}"u8];
            yield return [.. "{"u8, (byte)value, .. "\"a\":1}"u8];
        }

        string[] texts =
        [
            string.Empty, "{}", "{\"a\":\r1}", "{\t\"a\" :\t1\t}", "{\"a\":1}\n{\"b\":2}", "{\n  \"a\": 1\n}",
            "\"text\"", "text", "1e400", "{\"a\":\"\\ud800\"}", "{\"a\":\"\u202e\u2028\u009b\u007f\"}",
            "{\"\u202e\":\"\U000e0041\"}", "{\"a\":1,\"a\":2}", "// no", "[1,]", "\ufeff{}",
            "x\r{\"index\":8,\"payload\":\"forged\"}", new string('[', 80) + new string(']', 80),
        ];
        foreach (string text in texts)
        {
            yield return Encoding.UTF8.GetBytes(text);
        }

        yield return [0xED, 0xA0, 0x80];
        yield return [.. "{\"a\":\""u8, 0xC3, .. "\"}"u8];
        Random random = new(7);
        for (int i = 0; i < 200; i++)
        {
            byte[] noise = new byte[random.Next(60)];
            random.NextBytes(noise);
            yield return noise;
        }
    }

    private static bool IsJsonString(byte[] payload, string type) =>
        type.EndsWith("json", StringComparison.Ordinal) && payload is [(byte)'"', .., (byte)'"'];

    private static byte[] Print(ReadOnlySpan<byte> payload, string type, EntryFormat format) =>
        Print(Entry(payload, "anna"u8, "import"u8, Encoding.UTF8.GetBytes(type)), format);

    private static byte[] Print(byte[] entry, EntryFormat format)
    {
        using MemoryStream output = new();
        EntryPrinter printer = new(output, format);
        printer.Print(7, entry);
        printer.Flush();
        return output.ToArray();
    }

    private static byte[] Entry(
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> appender,
        ReadOnlySpan<byte> producer,
        ReadOnlySpan<byte> type) =>
        EntryBytes.Of(1_700_000_000_000_000, appender, producer, 1, type, payload);
}
