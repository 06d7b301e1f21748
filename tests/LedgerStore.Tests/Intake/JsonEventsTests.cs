// JSON of every shape becomes events, and nothing of it is left out, whatever it is.

using System.Text;
using LedgerStore.Client;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class JsonEventsTests
{
    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData(" [ {\"a\":1} , 2,\"x\" ,[3,4]] ", "{\"a\":1}|2|\"x\"|[3,4]")]
    [InlineData("{\"a\":1}\n{\"a\":\r\n2}\n\n{\"a\":3}", "{\"a\":1}|{\"a\":\r\n2}|{\"a\":3}")]
    [InlineData("{\"a\":1}{\"a\":2}", "{\"a\":1}|{\"a\":2}")]
    [InlineData("[]", "")]
    [InlineData(" \n", "")]
    [InlineData("", "")]
    [InlineData("[1,2]\n[3]", "1|2|3")]
    public void Values_arrays_and_lines_are_events(string body, string expected)
    {
        List<ParsedEvent> events = JsonEvents.Parse(Bytes(body), isLines: false);
        Assert.Equal(expected, string.Join('|', events.Select(Text)));
        Assert.All(events, each => Assert.Null(each.Opaque));
    }

    [Fact]
    public void An_array_in_a_line_is_one_event() =>
        Assert.Equal("[1,2]|[3]", string.Join('|', JsonEvents.Parse(Bytes("[1,2]\n[3]"), isLines: true).Select(Text)));

    [Fact]
    public void A_damaged_line_takes_no_other_with_it()
    {
        List<ParsedEvent> events = JsonEvents.Parse(Bytes("{\"a\":1}\n{\"a\":\n{\"a\":3}\nno\n5\n"), isLines: true);
        Assert.Equal(["{\"a\":1}", "{\"a\":\n", "{\"a\":3}", "no\n", "5"], events.Select(Text));
        Assert.Equal([false, true, false, true, false], events.Select(each => each.Opaque is not null));
    }

    [Fact]
    public void Behind_a_damaged_value_everything_is_one_event()
    {
        List<ParsedEvent> events = JsonEvents.Parse(Bytes("[{\"a\":1},{\"b\":2},{\"c\" 3},4]"), isLines: false);
        Assert.Equal(["{\"a\":1}", "{\"b\":2}", "{\"c\" 3},4]"], events.Select(Text));
        Assert.NotNull(events[2].Opaque);
    }

    [Fact]
    public void Text_that_is_no_utf8_is_kept_as_bytes()
    {
        byte[] body = [.. "[\""u8, 0xff, .. "\",1]"u8];
        List<ParsedEvent> events = JsonEvents.Parse(body, isLines: false);
        Assert.Equal([IntakeForm.Bytes, IntakeForm.Json], events.Select(each => each.Form));
        Assert.Equal([(byte)'"', 0xff, (byte)'"'], events[0].Body.ToArray());
        Assert.NotNull(events[0].Opaque);
    }

    [Fact]
    public void What_is_nested_too_deep_is_kept_as_text()
    {
        string deep = new string('[', 100) + new string(']', 100);
        ParsedEvent only = Assert.Single(JsonEvents.Parse(Bytes(deep), isLines: true));
        Assert.Equal((IntakeForm.Text, deep), (only.Form, Text(only)));
        Assert.NotNull(only.Opaque);
    }

    [Fact]
    public void More_events_than_a_request_may_have_are_one_rest()
    {
        string body = string.Concat(Enumerable.Repeat("1\n", IntakeLimits.EventsPerRequest + 10));
        foreach (bool isLines in (bool[])[false, true])
        {
            List<ParsedEvent> events = JsonEvents.Parse(Bytes(body), isLines);
            Assert.Equal(IntakeLimits.EventsPerRequest + 1, events.Count);
            Assert.Equal(20, events[^1].Body.Length);
            Assert.Contains("more than", events[^1].Opaque, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Whatever_is_sent_all_of_it_is_in_events() => Fuzz.Run(
        [
            "[{\"a\":1},{\"b\":[2,\"x\"]}]", "{\"a\":1}\n{\"b\":2}\n", " {\"a\":{\"b\":{}}} ", "[]", "\"\\ud800\"",
            "[[[1]]]",
        ],
        body =>
        {
            foreach (bool isLines in (bool[])[false, true])
            {
                Fuzz.CheckCovered(body, JsonEvents.Parse(body, isLines), " \t\r\n,[]"u8);
            }
        });

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ParsedEvent each) => Encoding.UTF8.GetString(each.Body.Span);
}
