// The store's own record as people read it: `read` and `tail` of _audit in words, and `ledger audit` with its choices.

using System.Text.Json;
using Google.Protobuf;
using LedgerStore.Cli;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.Wire;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class AuditCommandTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task Who_did_what_is_shown_in_words_and_can_be_chosen()
    {
        await _ledger.RunAsync("create", "watched", "--as", "administrator");
        await _ledger.RunAsync("append", "watched", "one");
        await _ledger.RunAsync("read", "watched");
        Assert.Equal(4, (await _ledger.RunAsync("read", "watched", "--as", "appender")).Code);

        CliResult all = await AuditAsync("--ledger", "watched");
        Assert.Contains("  reader  access  Read watched", all.Output, StringComparison.Ordinal);
        Assert.Contains("  appender  denials  DENIED Read watched: ", all.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" demo", all.Output, StringComparison.Ordinal);

        CliResult denied = await AuditAsync("--ledger", "watched", "--denied");
        Assert.All(Lines(denied), line => Assert.Contains("  appender  denials  DENIED ", line));
        Assert.NotEmpty(Lines(denied));
        CliResult byReader = await AuditAsync("--who", "reader", "--call", "read");
        Assert.All(Lines(byReader), line => Assert.Contains("  reader  access  Read ", line));
        Assert.Empty(Lines(await AuditAsync("--who", "nobody")));
        Assert.Empty(Lines(await AuditAsync("--since", "2999-01-01T00:00:00Z")));
        Assert.Contains("start", (await AuditAsync("--kind", "lifecycle")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await AuditAsync("--kind", "dance")).Code);
    }

    [Fact]
    public async Task Read_and_tail_show_events_and_JSON_has_the_bytes_too()
    {
        await _ledger.RunAsync("read", "demo");
        CliResult read = await _ledger.RunAsync("read", "_audit", "--as", "auditor", "-n", "20");
        Assert.True(read.Code == 0, read.ToString());
        Assert.Contains("  lifecycle  start", read.Output, StringComparison.Ordinal);
        CliResult tail = await _ledger.RunAsync("tail", "_audit", "--as", "auditor", "-n", "50", "--format", "json");
        JsonElement[] events = [.. Lines(tail).Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement access = events.Last(e => e.GetProperty("event").TryGetProperty("access", out JsonElement body)
            && body.GetProperty("ledger").GetString() == "demo");
        Assert.Equal("reader", access.GetProperty("event").GetProperty("access").GetProperty("identity").GetString());
        Event bytes = Event.Parser.ParseFrom(access.GetProperty("payload_base64").GetBytesFromBase64());
        Assert.Equal("demo", bytes.Access.Ledger);
    }

    [Fact]
    public void Only_what_the_store_itself_wrote_is_an_event_and_nothing_in_it_drives_a_terminal()
    {
        Denials denials = new() { Identity = "anna\u001b[2J", Reason = "x\u001b[31m", Call = "c" };
        Event forged = new() { Denials = denials };
        Assert.Null(StoreEvent.Of(EntryView.Parse(EntryOf("spiffe://example.org/anna", forged))));
        StoreEvent? real = StoreEvent.Of(EntryView.Parse(EntryOf("ledgerstore", forged)));
        Assert.NotNull(real);
        Assert.DoesNotContain('\u001b', real.Text());
        Assert.True(real.IsDenied);
    }

    [Fact]
    public void Every_event_has_a_line_of_its_own()
    {
        foreach (Google.Protobuf.Reflection.FieldDescriptor field in Event.Descriptor.Oneofs[0].Fields)
        {
            Event one = new();
            field.Accessor.SetValue(one, field.MessageType.Parser.ParseFrom(ByteString.Empty));
            StoreEvent? shown = StoreEvent.Of(EntryView.Parse(EntryOf("ledgerstore", one)));
            Assert.Equal(field.Name, shown!.Kind);
            Assert.DoesNotContain('\n', shown.Text());
        }
    }

    private Task<CliResult> AuditAsync(params string[] arguments) =>
        _ledger.RunAsync(["audit", "--as", "auditor", .. arguments]);

    private static string[] Lines(CliResult result) =>
        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] EntryOf(string appender, Event happened) => new Protocol.V1.Entry
    {
        ReceivedUnixMicros = 1,
        Appender = appender,
        ContentType = "application/x-ledgerstore-event",
        Payload = happened.ToByteString(),
    }.ToByteArray();
}
