// The parser accepts what the builder writes and nothing else: an entry has exactly one encoding.

using LedgerStore.Engine;
using LedgerStore.Engine.Entries;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Entries;

public sealed class EntryViewTests
{
    private const string Time = "090100000000000000";

    [Theory]
    [InlineData("", "begin with its time", 0)]
    [InlineData("0901000000000000", "begin with its time", 0)]
    [InlineData("080100000000000000", "begin with its time", 0)]
    [InlineData("0900000000000000FF", "time is out of range", 0)]
    [InlineData(Time + "1200", "length of a field", 10)]
    [InlineData(Time + "12", "length of a field", 10)]
    [InlineData(Time + "120561", "length of a field", 11)]
    [InlineData(Time + "128100", "length of a field", 10)]
    [InlineData(Time + "12FFFFFFFFFFFFFFFFFF01", "length of a field", 10)]
    [InlineData(Time + "1201FF", "not UTF-8", 12)]
    [InlineData(Time + "12016112016", "unknown, repeated or out of order", 12)]
    [InlineData(Time + "1A0161120161", "unknown, repeated or out of order", 12)]
    [InlineData(Time + "1A0161", "producer and sequence go together", 12)]
    [InlineData(Time + "2001", "producer and sequence go together", 11)]
    [InlineData(Time + "1A01612000", "sequence is out of range", 13)]
    [InlineData(Time + "1A0161208100", "sequence is out of range", 13)]
    [InlineData(Time + "1A016120FFFFFFFFFFFFFFFFFF01", "sequence is out of range", 13)]
    [InlineData(Time + "3A0161", "salt is not 16 bytes", 12)]
    [InlineData(Time + "4001", "unknown, repeated or out of order", 9)]
    [InlineData(Time + "00", "unknown, repeated or out of order", 9)]
    public void What_the_builder_would_not_write_is_refused(string hex, string error, int offset)
    {
        byte[] bytes = Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "1");
        var refusal = Assert.Throws<MalformedDataException>(() => EntryView.Parse(bytes));
        Assert.Contains(error, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(offset, refusal.Offset);
        Assert.False(EntryView.TryParse(bytes, out EntryView view));
        Assert.True(view.Payload.IsEmpty);
    }

    [Fact]
    public void An_entry_over_the_limit_is_refused()
    {
        byte[] bytes = new byte[StoreLimits.EntryBytesMax + 1];
        Assert.Throws<MalformedDataException>(() => EntryView.Parse(bytes));
    }

    [Fact]
    public void Every_changed_byte_is_refused_or_another_value()
    {
        // One encoding for one value: what parses after a change must build to exactly the changed bytes again.
        byte[] entry = Convert.FromHexString(
            Time + "1203617070" + "1A0170" + "20AC02" + "2A0174" + "32026869" + "3A10" + new string('7', 32));
        for (int i = 0; i < entry.Length; i++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = (byte[])entry.Clone();
                changed[i] = (byte)value;
                if (EntryView.TryParse(changed, out EntryView view))
                {
                    Assert.Equal(changed, Rebuild(view));
                }
            }
        }

        for (int length = 0; length < entry.Length; length++)
        {
            if (EntryView.TryParse(entry.AsSpan(0, length), out EntryView view))
            {
                Assert.Equal(entry[..length], Rebuild(view));
            }
        }
    }

    private static byte[] Rebuild(in EntryView view)
    {
        var batch = new RecordBatch
        {
            Appender = view.Appender,
            Producer = view.Producer,
            FirstSequence = view.Sequence,
            ContentType = view.ContentType,
            Lengths = [view.Payload.Length],
            IsSalted = !view.Salt.IsEmpty,
        };
        int size = EntryBuilder.Measure(batch, view.Payload.Length);
        byte[] built = new byte[size];
        using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
        new EntryBuilder(random).Build(batch, view.Payload, size, built);
        EntryBuilder.StampTime(built, view.ReceivedMicros);
        view.Salt.CopyTo(built.AsSpan(built.Length - view.Salt.Length));
        return built[2..];
    }
}
