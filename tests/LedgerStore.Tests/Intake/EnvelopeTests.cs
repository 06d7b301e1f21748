// What the intake writes into a record is read back byte for byte, however large it is, by the one function for that.

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Records;
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
        IntakeRecord[] parts = [.. Write(new ParsedEvent(body, IntakeForm.Bytes))
            .Select(payload => IntakeRecord.TryRead(payload)!)];
        Assert.True(parts.Length > 3);

        // A part is missing; and one comes before its turn.
        Assert.DoesNotContain(Assemble(parts.Where((_, i) => i != 1)), whole => whole is not null);
        Assert.DoesNotContain(Assemble(parts.Reverse()), whole => whole is not null);

        // An intake that stopped after two parts, and was sent the event again.
        IntakeRecord again = Assert.Single(Assemble(parts[..2].Concat(parts)), whole => whole is not null)!;
        Assert.Equal(body, again.Bytes.ToArray());
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

    private static void Check(ParsedEvent sent, int records)
    {
        List<byte[]> payloads = Write(sent);
        Assert.Equal(records, payloads.Count);
        Assert.All(payloads, payload => Assert.InRange(payload.Length, 1, Appender.RecordBytesMax));
        IntakeRecord whole = Assert.Single(
            Assemble(payloads.Select(payload => IntakeRecord.TryRead(payload)!)), each => each is not null)!;
        Assert.Equal(sent.Form, whole.Form);
        Assert.Equal(SHA256.HashData(sent.Body.Span), SHA256.HashData(whole.Bytes.Span));
        Assert.Null(whole.Part);
    }

    private static IntakeRecord?[] Assemble(IEnumerable<IntakeRecord> records)
    {
        IntakeParts parts = new();
        return [.. records.Select(parts.Add)];
    }

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
