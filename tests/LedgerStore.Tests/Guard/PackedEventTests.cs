// Rules on what an intake stored: they see the event as its sender wrote it and the envelope around it, also of one
// that was compressed, or cut into parts; and a process that goes on in the middle of one finds the same.

using System.Text;
using LedgerStore.Client;
using LedgerStore.Guard;
using LedgerStore.Intake.Records;
using LedgerStore.Tests.Fields;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class PackedEventTests : IDisposable
{
    private const string Type = "application/json; profile=k8s; envelope=intake";

    private const string Rules = """
        version: 1
        ledgers:
          k8s:
            names: [k8s]
            fields: |
              field who text
              path user.username
              field verb text
              path verb
              field sender text
              path sender
        builtin: { without: [producer-silent] }
        rules:
          - rule: deleted
            kind: match
            ledger: k8s
            where: [verb=delete, sender=api]
            by: [who]
            says: "{who}"
            do: d
          - { rule: senders, kind: distinct, ledger: k8s, field: sender, at_least: 2, within: 1h, says: s, do: d }

        """;

    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-packed-").FullName;
    private readonly RuleFile _file = RuleFileReader.Parse(
        Encoding.UTF8.GetBytes(Rules.ReplaceLineEndings("\n")), "rules.yaml");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(70_000, 1)]
    [InlineData(400_000, 4)]
    public void An_event_is_seen_as_its_sender_wrote_it_and_with_its_envelope(int padding, int entriesAtLeast)
    {
        List<byte[]> records = Records(Event("delete", "anna", padding, isRandom: entriesAtLeast > 1), "api");
        Assert.True(records.Count >= entriesAtLeast, $"{records.Count} entries");
        LedgerWatch watch = Make();
        ulong next = 0;
        foreach (byte[] record in records)
        {
            Assert.Empty(watch.TakeFound());
            Take(watch, next++, record);
        }

        Alert alert = Assert.Single(watch.TakeFound());
        Assert.Equal(("deleted", "anna"), (alert.Rule, alert.Says));
        Assert.Equal([next - 1], alert.Cause.Indexes);
        foreach (byte[] record in Records(Event("get", "bob", 0, isRandom: false), "other"))
        {
            Take(watch, next++, record);
        }

        Assert.Equal("senders", Assert.Single(watch.TakeFound()).Rule);
    }

    [Fact]
    public void A_process_that_goes_on_in_the_middle_of_an_event_finds_it()
    {
        List<byte[]> records = Records(Event("delete", "anna", 300_000, isRandom: true), "api");
        LedgerWatch watch = Make();
        Take(watch, 0, Records(Event("get", "bob", 0, isRandom: false), "api")[0]);
        Take(watch, 1, records[0]);
        Take(watch, 2, records[1]);
        new StateFile(_home, "store/").Save(watch.Save());
        LedgerWatch next = Make();
        next.Restore(new StateFile(_home, "store/").Load("k8s")!);
        Assert.Equal((1UL, 3UL), (next.ReadFrom, next.Next));
        for (int i = 0; i < records.Count; i++)
        {
            Take(next, (ulong)i + 1, records[i]);
        }

        Assert.Equal("deleted", Assert.Single(next.TakeFound()).Rule);
        Assert.Equal(next.Next, (ulong)records.Count + 1);
    }

    [Fact]
    public void A_part_without_the_others_is_a_record_that_no_rule_can_read()
    {
        List<byte[]> records = Records(Event("delete", "anna", 300_000, isRandom: true), "api");
        LedgerWatch watch = Make();
        Take(watch, 0, records[1]);
        Assert.Equal("unreadable-records", Assert.Single(watch.TakeFound()).Rule);
    }

    private static void Take(LedgerWatch watch, ulong index, byte[] record) => watch.Take(new LedgerEntry(
        index,
        EntryMaker.Entry(
            record, WatchBench.Start + ((long)index * WatchBench.Second), Type, appender: "intake", producer: "k8s")));

    private LedgerWatch Make()
    {
        WatchedLedgers about = _file.Of("k8s")!;
        LedgerWatch watch = new("k8s", about, _file.RulesOf(about), _file.Sha256);
        foreach (RuleWatch rule in watch.Rules)
        {
            rule.Begin(0, WatchBench.Start);
        }

        watch.Start(0, 0);
        return watch;
    }

    private static byte[] Event(string verb, string who, int padding, bool isRandom)
    {
        byte[] filler = new byte[padding];
        if (isRandom)
        {
            new Random(7).NextBytes(filler);
        }

        return Encoding.UTF8.GetBytes(
            $"{{\"verb\":\"{verb}\",\"user\":{{\"username\":\"{who}\"}},"
            + $"\"requestObject\":{{\"data\":\"{Convert.ToBase64String(filler)}\"}}}}");
    }

    /// <summary>As the intake writes it.</summary>
    private static List<byte[]> Records(byte[] body, string sender)
    {
        EnvelopeWriter writer = new("k8s");
        RecordBatch batch = new();
        Provenance from = new(sender, "192.0.2.1", DateTimeOffset.UnixEpoch);
        PackedEvent? packed = writer.Write(batch, from, new ParsedEvent(body, IntakeForm.Json));
        for (int part = 0; part < packed?.Count; part++)
        {
            writer.WritePart(batch, from, packed, part);
        }

        List<byte[]> records = [];
        int at = 0;
        foreach (int length in batch.Lengths.Span)
        {
            records.Add(batch.Bytes.Slice(at, length).ToArray());
            at += length;
        }

        return records;
    }
}
