// What a record says in its fields: paths, escapes, duplicate names, numbers, and what makes it opaque.

using System.Text;
using LedgerStore.Fields;
using Xunit;

namespace LedgerStore.Tests.Fields;

public sealed class FieldScannerTests
{
    private static readonly IndexSpec s_spec = IndexSpec.Parse("""
        ledgerstore fields/v1
        field who text fold required
        path actor.user.name
        path actor.user.uid
        field tag text prefix=./
        path tags[*]
        path tag["a.b"]
        field addr ip
        path ip
        field when time unit=ms
        path time
        field size number
        path size

        """);

    [Theory]
    [InlineData("""{"actor":{"user":{"name":"Anna"}}}""", "who=anna")]
    [InlineData("""{"actor":{"user":{"uid":7}}}""", "who=7")]
    [InlineData("""{"actor":{"user":{"uid":7,"name":"B"}}}""", "who=b")]
    [InlineData("""{"actor":{"user":{"uid":7,"name":null}}}""", "who=7")]
    [InlineData("""{"actor":{"user":{"name":{"x":1},"uid":"u"}}}""", "who=u")]
    [InlineData("""{"actor":{"user":{"name":"a","name":"b"}}}""", "who=a who=b")]
    [InlineData("""{"actor":{"user":{"name":"a"}},"actor":{"user":{"name":"b"}}}""", "who=a who=b")]
    [InlineData("""{"\u0061ctor":{"us\u0065r":{"n\u0061me":"\u0041\n\u00e9\ud83d\ude00"}}}""", "who=a\né😀")]
    [InlineData("""{"actor":{"user":{"name":""}}}""", "who=")]
    [InlineData("""{"tags":["a.b/c","x"]}""", "tag=a.b/c tag=x @flag=missing:who")]
    [InlineData("""{"tags":[["a"],{"b":1},true,null,1.50]}""", "tag=true tag=1.5 @flag=missing:who")]
    [InlineData("""{"tags":"a"}""", "@flag=missing:who")]
    [InlineData("""{"tag":{"a.b":"c"},"tags":[]}""", "tag=c @flag=missing:who")]
    [InlineData("""{"ip":"::FFFF:10.0.0.1"}""", "addr=10.0.0.1 @flag=missing:who")]
    [InlineData("""{"ip":"2001:DB8:0:0:1:0:0:1"}""", "addr=2001:db8::1:0:0:1 @flag=missing:who")]
    [InlineData("""{"ip":"Host-7"}""", "addr=Host-7 @flag=missing:who")]
    [InlineData("""{"time":1700000000123.9}""", "when:1700000000123900 @flag=missing:who")]
    [InlineData("""{"time":1.7E12}""", "when:1700000000000000 @flag=missing:who")]
    [InlineData("""{"time":"2023-11-14T22:13:20Z"}""", "when:1700000000000000 @flag=missing:who")]
    [InlineData("""{"time":"2023-11-15 00:13:20.0000019+02:00"}""", "when:1700000000000001 @flag=missing:who")]
    [InlineData("""{"size":1e2}""", "size:4636737291354636288 @flag=missing:who")]
    [InlineData("""{"size":"100.0"}""", "size:4636737291354636288 @flag=missing:who")]
    [InlineData("""{"size":-0.0}""", "size:0 @flag=missing:who")]
    [InlineData(" {} ", "@flag=missing:who")]
    public void A_record_has_these_values(string record, string expected) => Assert.Equal(expected, Said(record));

    [Theory]
    [InlineData("plain text", nameof(OpaqueReason.NotJson))]
    [InlineData("[]", nameof(OpaqueReason.NotJson))]
    [InlineData("\"a\"", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":1""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":1}x""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":01}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":.5}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":1.}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":NaN}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":'b'}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":1,}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":"\x"}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":"\ud800"}""", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"a":"\ud800\u0041"}""", nameof(OpaqueReason.NotJson))]
    [InlineData("{\"a\":\"\t\"}", nameof(OpaqueReason.NotJson))]
    [InlineData("\uFEFF{}", nameof(OpaqueReason.NotJson))]
    [InlineData("{}\0", nameof(OpaqueReason.NotJson))]
    [InlineData("""{"time":"yesterday"}""", nameof(OpaqueReason.NotATime))]
    [InlineData("""{"time":"2023-02-29T00:00:00Z"}""", nameof(OpaqueReason.NotATime))]
    [InlineData("""{"time":true}""", nameof(OpaqueReason.NotATime))]
    [InlineData("""{"time":1e30}""", nameof(OpaqueReason.NotATime))]
    [InlineData("""{"time":"1700000000000"}""", nameof(OpaqueReason.NotATime))]
    [InlineData("""{"size":"many"}""", nameof(OpaqueReason.NotANumber))]
    [InlineData("""{"size":1e400}""", nameof(OpaqueReason.NotANumber))]
    [InlineData("""{"tags":[1e9999999999]}""", nameof(OpaqueReason.NotANumber))]
    public void What_cannot_be_read_is_opaque(string record, string reason)
    {
        FieldScanner scanner = Scan(Encoding.UTF8.GetBytes(record));
        Assert.Equal(reason, scanner.Values.Opaque.ToString());
        Assert.Equal("@opaque=true", Said(record));
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_opaque_wherever_they_are() =>
        Assert.Equal(OpaqueReason.NotJson, Scan("{\"a\":\"\xFF\"}"u8.ToArray().Select(Latin).ToArray()).Values.Opaque);

    [Theory]
    [InlineData(4_096, nameof(OpaqueReason.None))]
    [InlineData(4_097, nameof(OpaqueReason.ValueTooLong))]
    [InlineData(60_000, nameof(OpaqueReason.ValueTooLong))]
    public void A_value_has_a_limit(int length, string reason)
    {
        Assert.Equal(reason, Scan($$"""{"tags":["{{new string('x', length)}}"]}""").Values.Opaque.ToString());
        Assert.Equal(OpaqueReason.None, Scan($$"""{"other":"{{new string('x', length)}}"}""").Values.Opaque);
        if (length < 10_000)
        {
            string escaped = string.Concat(Enumerable.Repeat("\\u0041", length));
            Assert.Equal(reason, Scan($$"""{"tags":["{{escaped}}"]}""").Values.Opaque.ToString());
        }
    }

    [Theory]
    [InlineData(64, "x", nameof(OpaqueReason.None))]
    [InlineData(65, "x", nameof(OpaqueReason.TooManyValues))]
    [InlineData(16, "a.b.c.d", nameof(OpaqueReason.None))]
    [InlineData(17, "a.b.c.d", nameof(OpaqueReason.TooManyValues))]
    public void The_number_of_values_has_a_limit_and_beginnings_count(int count, string value, string reason) =>
        Assert.Equal(reason, Scan($$"""{"tags":[{{string.Join(',', Enumerable.Repeat($"\"{value}\"", count))}}]}""")
            .Values.Opaque.ToString());

    [Fact]
    public void Sixty_four_values_of_the_largest_size_fit()
    {
        // No entry is that large: the room must do whatever the record is.
        FieldValues values = new();
        for (int i = 0; i < FieldValues.TermsMax; i++)
        {
            values.AddText(OwnField.Count, new byte[FieldValues.ValueBytesMax + NumberText.LongerByMax]);
        }

        Assert.True(values.Room.Length > FieldValues.ValueBytesMax * JsonText.EscapeBytesMax);
    }

    [Theory]
    [InlineData(64, nameof(OpaqueReason.None))]
    [InlineData(65, nameof(OpaqueReason.TooDeep))]
    [InlineData(30_000, nameof(OpaqueReason.TooDeep))]
    public void Depth_has_a_limit(int depth, string reason)
    {
        string arrays = "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Assert.Equal(reason, Scan(arrays).Values.Opaque.ToString());
    }

    [Fact]
    public void An_entry_without_a_record_has_no_values_and_is_not_opaque()
    {
        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry([])));
        Assert.Equal(OpaqueReason.None, scanner.Values.Opaque);
        Assert.Equal(["@flag", "@appender", "@received"], Names(scanner));
        Assert.True(scanner.TryScan(EntryMaker.Entry([], type: "application/x-ledgerstore-filler", appender: "")));
        Assert.Equal(["@content_type", "@received"], Names(scanner));
    }

    [Fact]
    public void What_the_store_says_is_known_of_an_opaque_entry()
    {
        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry("no"u8, type: "text/plain", producer: "p")));
        Assert.Equal(["@opaque", "@appender", "@producer", "@content_type", "@received"], Names(scanner));
    }

    [Theory]
    [InlineData("""{"@intake":1,"gzip":"H4sI","form":"event"}""", "application/json; envelope=intake", true)]
    [InlineData("""{"@intake":1,"g\u007aip":"H4sI"}""", "application/json; envelope=intake", true)]
    [InlineData("""{"@intake":1,"event":{"gzip":"x"}}""", "application/json; envelope=intake", false)]
    [InlineData("""{"@intake":1,"gzip":"H4sI"}""", "application/json", false)]
    public void What_an_intake_packed_is_opaque(string record, string type, bool isOpaque)
    {
        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry(Encoding.UTF8.GetBytes(record), type: type)));
        Assert.Equal(isOpaque ? OpaqueReason.Packed : OpaqueReason.None, scanner.Values.Opaque);
    }

    [Fact]
    public void What_is_no_entry_is_not_scanned()
    {
        FieldScanner scanner = new(s_spec);
        Assert.False(scanner.TryScan("{}"u8));
        Assert.False(scanner.TryScan([.. EntryMaker.Entry("{}"), 0]));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_record()
    {
        byte[][] entries = [
            EntryMaker.Entry(
                """{"actor":{"user":{"name":"Ann\u0061"}},"tags":["a.b"],"ip":"::1","time":1,"size":1e2}"""),
            EntryMaker.Entry("not json"), EntryMaker.Entry("""{"time":"no"}""")];
        FieldScanner scanner = new(s_spec);
        Question question = new(s_spec, [Clause.Parse("who=anna"), Clause.Parse("tag=a.*"), Clause.Parse("size>1")]);
        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                foreach (byte[] entry in entries)
                {
                    _ = scanner.TryScan(entry);
                    _ = question.Match(scanner.Values);
                }
            }
        }));
    }

    private static byte Latin(byte b) => b >= 0xC0 ? (byte)0xFF : b;

    private static string[] Names(FieldScanner scanner) =>
        [.. scanner.Values.All.ToArray().Select(value => s_spec.Fields[value.Field].Name)];

    private static string Said(string record)
    {
        FieldScanner scanner = Scan(Encoding.UTF8.GetBytes(record));
        return string.Join(' ', scanner.Values.All.ToArray()
            .Where(static value => value.Field is not (OwnField.Appender or OwnField.Received))
            .Select(value => s_spec.Fields[value.Field] is { IsZone: true } zone
                ? $"{zone.Name}:{value.Bits}"
                : $"{s_spec.Fields[value.Field].Name}={Encoding.UTF8.GetString(scanner.Values.TextOf(value))}"));
    }

    private static FieldScanner Scan(string record) => Scan(Encoding.UTF8.GetBytes(record));

    private static FieldScanner Scan(byte[] record)
    {
        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry(record)));
        return scanner;
    }
}
