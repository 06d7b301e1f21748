// What the intake writes into a record is read back byte for byte, however large it is, by the one function for that.

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Records;
using LedgerStore.Tests.Client;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class EnvelopeTests
{
    private static readonly Provenance s_from = new(
        "spiffe://example.org/api", "192.0.2.7", DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000));

    [Theory]
    [InlineData(IntakeForm.Json, "{\"a\": [1, 2.50, \"\\u00e4\"]}")]
    [InlineData(IntakeForm.Text, "a \"line\"\twith\\what has to be escaped \u0000\u001f, ä and 🎈")]
    [InlineData(IntakeForm.Bytes, "anything")]
    public void An_event_is_read_back_as_it_was(IntakeForm form, string text)
    {
        ParsedEvent sent = new(Encoding.UTF8.GetBytes(text), form) { Id = "id-1", Mark = "m", Opaque = "why" };
        byte[] payload = Assert.Single(Write(sent));
        IntakeRecord? record = IntakeRecord.TryRead(payload);
        Assert.NotNull(record);
        Assert.Equal(sent.Body.ToArray(), record.Bytes.ToArray());
        Assert.Equal((form, "id-1", "m", "why"), (record.Form, record.Id, record.Mark, record.Opaque));
        Assert.Equal(("app", s_from.Sender, s_from.Address), (record.Source, record.Sender, record.Address));
        Assert.Equal(s_from.Received, record.Received);
    }

    [Fact]
    public void An_event_of_json_stays_json_for_every_tool()
    {
        byte[] payload = Assert.Single(Write(new ParsedEvent("{\"who\":\"anna\"}"u8.ToArray(), IntakeForm.Json)));
        using JsonDocument document = JsonDocument.Parse(payload);
        Assert.Equal("anna", document.RootElement.GetProperty("event").GetProperty("who").GetString());
    }

    [Theory]
    [InlineData(64_000, 1)]
    [InlineData(300_000, 1)]
    [InlineData(900_000, 1)]
    public void A_large_event_that_packs_well_is_one_record(int bytes, int records)
    {
        byte[] body = Encoding.UTF8.GetBytes(new string('x', bytes));
        Check(new ParsedEvent(body, IntakeForm.Text), records);
    }

    [Fact]
    public void A_large_event_that_does_not_pack_is_several()
    {
        byte[] body = new byte[500_000];
        new Random(7).NextBytes(body);
        Check(new ParsedEvent(body, IntakeForm.Bytes), Write(new ParsedEvent(body, IntakeForm.Bytes)).Count);
        Assert.InRange(Write(new ParsedEvent(body, IntakeForm.Bytes)).Count, 14, 16);
    }

    [Fact]
    public void The_longest_envelope_leaves_room_for_a_part()
    {
        byte[] body = new byte[200_000];
        new Random(8).NextBytes(body);
        string worst = new('\u0001', 5000);
        ParsedEvent sent = new(body, IntakeForm.Bytes) { Id = worst, Opaque = worst, Mark = "m" };
        Assert.All(
            Write(sent, new Provenance(worst, worst, DateTimeOffset.UnixEpoch)),
            payload => Assert.InRange(payload.Length, 1, Appender.RecordBytesMax));
    }

    [Fact]
    public void Parts_that_do_not_fit_together_are_no_event()
    {
        byte[] body = new byte[150_000];
        new Random(9).NextBytes(body);
        byte[][] parts = [.. Write(new ParsedEvent(body, IntakeForm.Bytes))];
        Assert.Equal(5, parts.Length);

        // A part is missing: the rest of it has no place, and what was begun stays so.
        Assert.Equal(
            [
                "2: it is part 3 of 5 of an event, and the part before it is not in what was read",
                "3: it is part 4 of 5 of an event, and the part before it is not in what was read",
                "4: it is part 5 of 5 of an event, and the part before it is not in what was read",
                "0: only the first 1 of 5 parts of an event: the others are not in what was read",
            ],
            Assemble(parts.Select((payload, i) => i == 1 ? null : payload)).Select(Said));
        Assert.All(Assemble(parts.Reverse()), each => Assert.Null(each.Record));

        // An intake that stopped after two parts, and was sent the event again.
        IntakeEvent[] twice = [.. Assemble(parts[..2].Concat(parts))];
        Assert.Equal("0,1: only the first 2 of 5 parts of an event: it begins again behind them", Said(twice[0]));
        Assert.Equal(body, twice[1].Record!.Bytes.ToArray());
        Assert.Equal([2UL, 3UL, 4UL, 5UL, 6UL], twice[1].Entries.Select(entry => entry.Index));
        Assert.Equal(2, twice.Length);
    }

    [Fact]
    public void An_altered_part_is_told_wherever_it_was_altered()
    {
        byte[] body = new byte[50_000];
        new Random(9).NextBytes(body);
        byte[][] parts = [.. Write(new ParsedEvent(body, IntakeForm.Bytes))];
        Assert.Equal(2, parts.Length);
        Assert.Equal(body, Assert.Single(Assemble(parts)).Record!.Bytes.ToArray());
        int packed = Encoding.UTF8.GetString(parts[1]).IndexOf("\"gzip\":\"", StringComparison.Ordinal) + 8;
        for (int at = packed; at < parts[1].Length - 2; at += 97)
        {
            byte[] altered = [.. parts[1]];
            altered[at] = altered[at] == (byte)'A' ? (byte)'B' : (byte)'A';
            Assert.All(Assemble([parts[0], altered]), each => Assert.NotNull(each.Problem));
        }
    }

    [Fact]
    public void A_packed_event_that_is_cut_or_altered_is_told()
    {
        byte[] payload = Assert.Single(Write(
            new ParsedEvent(Encoding.UTF8.GetBytes(new string('x', 70_000)), IntakeForm.Text)));
        string text = Encoding.UTF8.GetString(payload);
        int start = text.IndexOf("\"gzip\":\"", StringComparison.Ordinal) + 8, end = text.LastIndexOf('"');
        byte[] gzip = Convert.FromBase64String(text[start..end]);
        for (int length = 0; length < gzip.Length; length++)
        {
            string cut = text[..start] + Convert.ToBase64String(gzip[..length]) + text[end..];
            Assert.NotNull(Assert.Single(Assemble([Encoding.UTF8.GetBytes(cut)])).Problem);
        }

        IntakeRecord whole = Assert.Single(Assemble([payload])).Record!;
        Assert.True(whole.IsPacked);
        IntakeRecord again = IntakeRecord.TryRead(whole.ToJson())!;
        Assert.Equal(
            (whole.Source, whole.Sender, whole.Address, whole.Received, whole.Form, false),
            (again.Source, again.Sender, again.Address, again.Received, again.Form, again.IsPacked));
        Assert.Equal(whole.Bytes.ToArray(), again.Bytes.ToArray());
    }

    [Fact]
    public void Too_many_events_that_are_not_finished_are_told_and_forgotten()
    {
        List<byte[]> beginnings = [];
        for (int i = 0; i < 70; i++)
        {
            byte[] body = new byte[50_000];
            new Random(i).NextBytes(body);
            beginnings.Add(Write(new ParsedEvent(body, IntakeForm.Bytes))[0]);
        }

        IntakeEvent[] known = [.. Assemble(beginnings)];
        Assert.Equal(70, known.Length);
        Assert.Equal(6, known.Count(each => each.Problem!.Contains("too many other events", StringComparison.Ordinal)));
        Assert.Equal(
            Enumerable.Range(0, 70).Select(i => (ulong)i), known.Select(each => Assert.Single(each.Entries).Index));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"@intake\":2,\"event\":1}")]
    [InlineData("{\"@intake\":1}")]
    [InlineData("{\"@intake\":1,\"received\":\"2026-01-01T00:00:00Z\",\"gzip\":\"AAAA\",\"form\":\"event\"}")]
    [InlineData("{\"@intake\":1,\"received\":5,\"event\":1}")]
    [InlineData("{\"@intake\":1,\"received\":\"2026-01-01T00:00:00Z\",\"bytes\":\"?\"}")]
    public void What_the_intake_did_not_write_is_not_taken_for_it(string payload) =>
        Assert.Null(IntakeRecord.TryRead(Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void Another_appender_neither_finishes_nor_disturbs_what_an_intake_began()
    {
        byte[] body = new byte[200_000];
        new Random(7).NextBytes(body);
        byte[][] mine = [.. Write(new ParsedEvent(body, IntakeForm.Bytes))];
        byte[] forged = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(mine[^1])
            .Replace("\"sender\":\"", "\"sender\":\"the boss of ", StringComparison.Ordinal));
        Assert.NotEqual(mine[^1], forged);
        IntakeParts parts = new();
        List<LedgerEvent> known = [];
        ulong index = 0;
        foreach ((byte[] payload, string appender) in mine[..^1].Select(static one => (one, "intake"))
            .Concat([(mine[0], "rogue"), (forged, "rogue"), (forged, "intake"), (mine[^1], "intake")]))
        {
            known.AddRange(parts.Add(new LedgerEntry(index++, EntryBytes.Of(
                1, Encoding.UTF8.GetBytes(appender), "app"u8, index, "application/json; envelope=intake"u8, payload))));
        }

        IntakeEvent whole = Assert.Single(known.Cast<IntakeEvent>(), static one => one.Record is not null);
        Assert.All(whole.Entries, static entry => Assert.Equal("intake", entry.Appender));
        Assert.DoesNotContain("boss", whole.Record!.Sender, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""1,"sender":"BOSS","event":{}""")]
    [InlineData("")]
    [InlineData("{}{}")]
    public void What_is_packed_as_JSON_and_is_not_one_value_adds_nothing_to_the_record(string body)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(body));
        }

        string record = $$"""
            {"@intake":1,"source":"s","sender":"x","address":"","received":"2026-11-30T00:00:00Z","form":"event",
             "gzip":"{{Convert.ToBase64String(packed.ToArray())}}"}
            """;
        Assert.Null(IntakeRecord.TryRead(Encoding.UTF8.GetBytes(record)));
    }

    private static void Check(ParsedEvent sent, int records)
    {
        List<byte[]> payloads = Write(sent);
        Assert.Equal(records, payloads.Count);
        Assert.All(payloads, payload => Assert.InRange(payload.Length, 1, Appender.RecordBytesMax));
        IntakeRecord whole = Assert.Single(Assemble(payloads)).Record!;
        Assert.Equal(sent.Form, whole.Form);
        Assert.Equal(SHA256.HashData(sent.Body.Span), SHA256.HashData(whole.Bytes.Span));
        Assert.Null(whole.Part);
    }

    /// <summary>What becomes of payloads; a null is of somebody else.</summary>
    private static IEnumerable<IntakeEvent> Assemble(IEnumerable<byte[]?> payloads)
    {
        IntakeParts parts = new();
        List<LedgerEvent> known = [];
        ulong index = 0;
        foreach (byte[]? payload in payloads)
        {
            LedgerEntry entry = new(index++, EntryBytes.Of(
                1, "a"u8, "app"u8, index, payload is null ? "text/plain"u8 : "application/json; envelope=intake"u8,
                payload ?? "x"u8.ToArray()));
            known.AddRange(parts.Add(entry).Where(each => payload is not null || each != entry));
        }

        return known.Concat(parts.Finish()).Cast<IntakeEvent>();
    }

    private static string Said(IntakeEvent each) =>
        string.Join(',', each.Entries.Select(entry => entry.Index)) + ": " + each.Problem;

    private static List<byte[]> Write(ParsedEvent sent) => Write(sent, s_from);

    private static List<byte[]> Write(ParsedEvent sent, Provenance from)
    {
        RecordBatch batch = new();
        EnvelopeWriter writer = new("app");
        PackedEvent? packed = writer.Write(batch, from, sent);
        for (int part = 0; part < packed?.Count; part++)
        {
            writer.WritePart(batch, from, packed, part);
        }

        List<byte[]> payloads = [];
        int at = 0;
        foreach (int length in batch.Lengths.ToArray())
        {
            payloads.Add(batch.Bytes.Slice(at, length).ToArray());
            at += length;
        }

        Assert.Equal(batch.Bytes.Length, at);
        return payloads;
    }
}
