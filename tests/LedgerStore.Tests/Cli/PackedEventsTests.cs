// What an intake compressed or cut into parts is whole wherever people look: read, search, export. A part that is not
// there is said.

using System.Text;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Records;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class PackedEventsTests(DevServer server) : IClassFixture<DevServer>
{
    private const string Type = "application/json; profile=k8s; envelope=intake";

    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task Events_are_shown_whole()
    {
        (string ledger, string small, string packed, string parts) = await AppendAsync(withoutPart: -1);
        CliResult raw = await _ledger.RunAsync("read", ledger, "--format", "raw");
        string[] lines = raw.Output.TrimEnd('\n').Split('\n');
        Assert.Equal([small, packed, parts], lines.Select(EventOf));

        CliResult json = await _ledger.RunAsync("read", ledger, "--format", "json", "--verified");
        JsonElement[] entries = [.. json.Output.TrimEnd('\n').Split('\n').Select(ParseOf)];
        Assert.Equal(6, entries.Length);
        Assert.Equal("[1]", entries[1].GetProperty("unpacked_from").GetRawText());
        Assert.Equal(3, entries[4].GetProperty("part").GetProperty("count").GetInt32() - 1);
        Assert.False(entries[4].TryGetProperty("payload", out _));
        Assert.Equal("[2,3,4,5]", entries[5].GetProperty("unpacked_from").GetRawText());
        Assert.Equal(parts, entries[5].GetProperty("payload").GetProperty("event").GetRawText());

        CliResult text = await _ledger.RunAsync("read", ledger, "--format", "text");
        Assert.Contains("(part 2 of 4 of an event, SHA-256 ", text.Output, StringComparison.Ordinal);
        CliResult stored = await _ledger.RunAsync("read", ledger, "--format", "raw", "--as-stored");
        Assert.Equal(5, stored.Output.Split("\"gzip\"").Length - 1);
    }

    [Theory]
    [InlineData("who=anna", "anna")]
    [InlineData("who=bob", "bob")]
    [InlineData("who=carol", "carol")]
    [InlineData("who={bob,carol}", "bob carol")]
    [InlineData("who=dora", "")]
    public async Task Events_are_found_by_what_is_in_them(string clause, string expected)
    {
        (string ledger, _, _, _) = await AppendAsync(withoutPart: -1);
        foreach (string[] how in new[] { Array.Empty<string>(), ["--verified"] })
        {
            CliResult found = await _ledger.RunAsync(
                ["search", ledger, clause, "--profile", "k8s", "--format", "raw", .. how]);
            Assert.Equal(0, found.Code);
            string[] names = [.. found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => ParseOf(EventOf(line)).GetProperty("user").GetProperty("username").GetString()!)];
            Assert.Equal(expected, string.Join(' ', names));
            Assert.Contains($"{names.Length} of 6 entries, of 0 to 5", found.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_part_that_is_missing_is_said_and_belongs_to_every_answer()
    {
        (string ledger, _, _, _) = await AppendAsync(withoutPart: 2);
        CliResult text = await _ledger.RunAsync("read", ledger, "--format", "text");
        Assert.Contains("entry 4: it is part 4 of 4 of an event, and the part before it is not", text.Errors,
            StringComparison.Ordinal);
        Assert.Contains("entries 2, 3: only the first 2 of 4 parts of an event", text.Errors, StringComparison.Ordinal);
        Assert.Equal(5, text.Output.TrimEnd('\n').Split('\n').Length);
        CliResult json = await _ledger.RunAsync("read", ledger, "--format", "json");
        Assert.Contains("{\"not_whole\":{\"entries\":[2,3],\"reason\":\"only the first 2", json.Output,
            StringComparison.Ordinal);
        CliResult found = await _ledger.RunAsync(
            "search", ledger, "who=nobody", "--profile", "k8s", "--format", "json");
        Assert.Contains("3 of 5 entries, of 0 to 4", found.Errors, StringComparison.Ordinal);
        Assert.Contains("3 of them cannot be read", found.Errors, StringComparison.Ordinal);

        // Reading that begins or ends between two parts says so too.
        CliResult rest = await _ledger.RunAsync("read", ledger, "--from", "3", "--count", "1");
        Assert.Contains("entry 3: it is part 2 of 4", rest.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_shows_events_whole_and_proves_it()
    {
        (string ledger, _, string packed, string parts) = await AppendAsync(withoutPart: -1);
        string bundle = Path.Combine(server.Root, ledger);
        CliResult exported = await _ledger.RunAsync("export", ledger, "--out", bundle);
        Assert.True(exported.Code == 0, exported.ToString());
        string file = Path.Combine(bundle, "unpacked.ndjson");
        string[] lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(
            [packed, parts],
            lines.Select(line => ParseOf(line).GetProperty("payload").GetProperty("event").GetRawText()));
        CliResult verified = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.True(verified.Code == 0, verified.ToString());
        foreach (string wrong in new[] { lines[0], string.Join('\n', [.. lines, lines[0]]), "",
            string.Join('\n', lines).Replace("carol", "clara", StringComparison.Ordinal) })
        {
            await File.WriteAllTextAsync(file, wrong + "\n");
            CliResult refused = await _ledger.RunAsync("verify", "--bundle", bundle);
            Assert.Equal(1, refused.Code);
            Assert.Contains("unpacked.ndjson shows", refused.Output, StringComparison.Ordinal);
        }

        File.Delete(file);
        Assert.Equal(0, (await _ledger.RunAsync("verify", "--bundle", bundle)).Code);
    }

    /// <summary>One event as it is, one that is compressed, one in four parts; in a ledger of their own.</summary>
    /// <param name="withoutPart">Which part is left out.</param>
    private async Task<(string Ledger, string Small, string Packed, string Parts)> AppendAsync(int withoutPart)
    {
        string ledger = $"packed-{Guid.NewGuid():n}"[..20];
        byte[] noise = new byte[35_000];
        new Random(3).NextBytes(noise);
        string[] events =
        [
            "{\"user\":{\"username\":\"anna\"}}",
            $"{{\"user\":{{\"username\":\"bob\"}},\"x\":\"{new string('x', 80_000)}\"}}",
            $"{{\"x\":\"{Convert.ToHexString(noise)}\",\"y\":\"{Convert.ToHexString(noise[7..])}\","
                + "\"user\":{\"username\":\"carol\"}}",
        ];
        RecordBatch batch = new();
        EnvelopeWriter writer = new("k8s");
        Provenance from = new("api", "192.0.2.7", DateTimeOffset.UnixEpoch);
        foreach (string one in events)
        {
            PackedEvent? packed = writer.Write(
                batch, from, new ParsedEvent(Encoding.UTF8.GetBytes(one), IntakeForm.Json));
            for (int part = 0; part < packed?.Count; part++)
            {
                writer.WritePart(batch, from, packed, part);
            }
        }

        List<string> payloads = [];
        int at = 0;
        foreach (int length in batch.Lengths.ToArray())
        {
            payloads.Add(Encoding.UTF8.GetString(batch.Bytes.Span.Slice(at, length)));
            at += length;
        }

        Assert.Equal(6, payloads.Count);
        if (withoutPart >= 0)
        {
            payloads.RemoveAt(2 + withoutPart);
        }

        CliResult made = await _ledger.RunAsync("create", ledger);
        Assert.True(made.Code == 0, made.ToString());
        await server.TrustAllAsync(_ledger);
        CliResult appended = await _ledger.RunWithAsync(
            string.Join('\n', payloads) + "\n", "append", ledger, "--ndjson", "--content-type", Type,
            "--checkpoint");
        Assert.True(appended.Code == 0, appended.ToString());
        return (ledger, events[0], events[1], events[2]);
    }

    private static string EventOf(string record) => ParseOf(record).GetProperty("event").GetRawText();

    private static JsonElement ParseOf(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
