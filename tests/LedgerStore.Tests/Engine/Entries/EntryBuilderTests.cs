// Entries as the store builds them: byte for byte what canonical protobuf would write, measured exactly, stamped,
// salted, and refused with a message when a limit is passed.

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Engine.Entries;
using LedgerStore.Fields;
using LedgerStore.Protocol.V1;
using Xunit;

namespace LedgerStore.Tests.Engine.Entries;

public sealed class EntryBuilderTests
{
    private static readonly EntryBuilder s_builder = new(RandomNumberGenerator.Create());

    [Fact]
    public void An_entry_has_these_bytes()
    {
        var batch = new RecordBatch
        {
            Appender = "app"u8,
            Producer = "p"u8,
            FirstSequence = 300,
            ContentType = "t"u8,
            Lengths = [2, 0],
        };
        byte[] built = Build(batch, "hi"u8.ToArray());
        EntryBuilder.StampTime(built, 0x0102030405060708);

        const string Common = "09" + "0807060504030201" + "1203617070" + "1A0170";
        string expected = "001B" + Common + "20AC02" + "2A0174" + "32026869"
            + "0017" + Common + "20AD02" + "2A0174";
        Assert.Equal(expected, Convert.ToHexString(built));
    }

    [Fact]
    public void An_entry_with_nothing_but_a_time_has_nine_bytes()
    {
        byte[] built = Build(new RecordBatch { Lengths = [0] }, []);
        Assert.Equal("0009090000000000000000", Convert.ToHexString(built));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Entries_are_what_protobuf_writes(int seed, bool salted)
    {
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            Sample sample = Sample.Next(random);
            byte[] built = Build(sample.Batch(salted), sample.Payload);
            long micros = random.NextInt64(1, long.MaxValue);
            EntryBuilder.StampTime(built, micros);
            CompareWithProtobuf(sample, salted, built, micros);
        }
    }

    [Fact]
    public void Nothing_is_written_behind_the_measured_size()
    {
        var batch = new RecordBatch { Appender = "a"u8, Lengths = [3, 4], IsSalted = true };
        int size = EntryBuilder.Measure(batch, 7);
        byte[] memory = new byte[size + 32];
        memory.AsSpan(size).Fill(0xEE);
        s_builder.Build(batch, new byte[7], size, memory);
        Assert.All(memory[size..], b => Assert.Equal(0xEE, b));
    }

    [Fact]
    public void Salts_come_from_one_call_and_each_entry_has_its_own()
    {
        using var random = new CountingRandom();
        var batch = new RecordBatch { Lengths = new int[1000], IsSalted = true };
        int size = EntryBuilder.Measure(batch, 0);
        byte[] built = new byte[size];
        new EntryBuilder(random).Build(batch, ReadOnlySpan<byte>.Empty, size, built);

        Assert.Equal(1, random.Calls);
        int at = 0;
        for (int i = 0; i < 1000; i++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(built.AsSpan(at));
            EntryView view = EntryView.Parse(built.AsSpan(at + 2, length));
            Assert.Equal(CountingRandom.Salt(i), view.Salt.ToArray());
            at += 2 + length;
        }
    }

    [Fact]
    public void The_largest_payload_fits_beside_the_largest_names()
    {
        byte[] appender = Bytes(StoreLimits.AppenderBytesMax);
        byte[] producer = Bytes(StoreLimits.ProducerBytesMax);
        byte[] contentType = Bytes(StoreLimits.ContentTypeBytesMax);
        var batch = new RecordBatch
        {
            Appender = appender,
            Producer = producer,
            FirstSequence = long.MaxValue - 1,
            ContentType = contentType,
            Lengths = [StoreLimits.PayloadBytesMax],
            IsSalted = true,
        };
        byte[] built = Build(batch, new byte[StoreLimits.PayloadBytesMax]);
        Assert.True(built.Length - 2 <= StoreLimits.EntryBytesMax);
        EntryView view = EntryView.Parse(built.AsSpan(2));
        Assert.Equal(StoreLimits.PayloadBytesMax, view.Payload.Length);
        Assert.Equal(long.MaxValue - 1, view.Sequence);
    }

    [Fact]
    public void Every_limit_is_refused_with_value_limit_and_advice()
    {
        Refused("record 1 of 64,513 bytes exceeds the limit of 64,512; store the object elsewhere and log its SHA-256",
            64_514, lengths: [1, 64_513]);
        Refused("record 0 of 4,294,967,295 bytes exceeds", 0, lengths: [-1]);
        Refused("appender of 256 bytes exceeds the limit of 255", 1, appender: Bytes(256));
        Refused("producer of 129 bytes exceeds the limit of 128", 1, producer: Bytes(129), sequence: 1);
        Refused("content type of 129 bytes exceeds the limit of 128", 1, contentType: Bytes(129));
        Refused("appender is not valid UTF-8", 1, appender: [0xC0, 0x80]);
        Refused("producer is not valid UTF-8", 1, producer: [0xFF], sequence: 1);
        Refused("content type is not valid UTF-8", 1, contentType: [0xED, 0xA0, 0x80]);
        Refused("a batch of 0 records; append at least one", 0, lengths: []);
        Refused("batch of 16,385 records exceeds the limit of 16,384", 0, lengths: new int[16_385]);
        Refused("first sequence 5 without a producer", 1, sequence: 5);
        Refused("first sequence 0 is out of range", 1, producer: "p"u8.ToArray());
        Refused("first sequence -1 is out of range", 1, producer: "p"u8.ToArray(), sequence: -1);
        Refused("is out of range", 1, producer: "p"u8.ToArray(), sequence: long.MaxValue);
        Refused("add up to 1 bytes and the payload has 2", 2);
        int[] large = Enumerable.Repeat(64_000, 66).ToArray();
        Refused("exceeds the limit of 4,194,304; split it into several batches", 66 * 64_000, lengths: large);
    }

    private static void Refused(
        string message, long payloadBytes, byte[]? appender = null, byte[]? producer = null, long sequence = 0,
        byte[]? contentType = null, int[]? lengths = null)
    {
        var refusal = Assert.Throws<StoreException>(() => EntryBuilder.Measure(
            new RecordBatch
            {
                Appender = appender,
                Producer = producer,
                FirstSequence = sequence,
                ContentType = contentType,
                Lengths = lengths ?? [1],
            },
            payloadBytes));
        Assert.Equal(StoreReason.InvalidArgument, refusal.Reason);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] Build(in RecordBatch batch, byte[] payload)
    {
        int size = EntryBuilder.Measure(batch, payload.Length);
        byte[] built = new byte[size];
        s_builder.Build(batch, payload, size, built);
        return built;
    }

    private static void CompareWithProtobuf(Sample sample, bool salted, byte[] built, long micros)
    {
        int at = 0;
        int payloadAt = 0;
        for (int i = 0; i < sample.Lengths.Length; i++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(built.AsSpan(at));
            byte[] entry = built[(at + 2)..(at + 2 + length)];
            at += 2 + length;

            var message = new Entry
            {
                ReceivedUnixMicros = (ulong)micros,
                Appender = Encoding.UTF8.GetString(sample.Appender),
                Producer = Encoding.UTF8.GetString(sample.Producer),
                ProducerSequence = sample.Producer.Length == 0 ? 0 : (ulong)(sample.Sequence + i),
                ContentType = Encoding.UTF8.GetString(sample.ContentType),
                Payload = ByteString.CopyFrom(sample.Payload, payloadAt, sample.Lengths[i]),
                Salt = salted ? ByteString.CopyFrom(entry[^16..]) : ByteString.Empty,
            };
            payloadAt += sample.Lengths[i];
            Assert.Equal(message.ToByteArray(), entry);

            EntryView view = EntryView.Parse(entry);
            Assert.Equal(micros, view.ReceivedMicros);
            Assert.Equal(sample.Appender, view.Appender.ToArray());
            Assert.Equal(sample.Producer, view.Producer.ToArray());
            Assert.Equal((long)message.ProducerSequence, view.Sequence);
            Assert.Equal(sample.ContentType, view.ContentType.ToArray());
            Assert.Equal(message.Payload.ToByteArray(), view.Payload.ToArray());
            Assert.Equal(message.Salt.ToByteArray(), view.Salt.ToArray());
        }

        Assert.Equal(built.Length, at);
    }

    private static byte[] Bytes(int count) => Encoding.UTF8.GetBytes(new string('x', count));

    private sealed class CountingRandom : RandomNumberGenerator
    {
        public int Calls { get; private set; }

        public static byte[] Salt(int i) => Enumerable.Range(16 * i, 16).Select(n => (byte)(n * 167 >> 3)).ToArray();

        public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

        public override void GetBytes(Span<byte> data)
        {
            Calls++;
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = (byte)(i * 167 >> 3);
            }
        }
    }

    private sealed record Sample(
        byte[] Appender, byte[] Producer, long Sequence, byte[] ContentType, int[] Lengths, byte[] Payload)
    {
        public static Sample Next(Random random)
        {
            int[] lengths = new int[random.Next(1, 20)];
            for (int i = 0; i < lengths.Length; i++)
            {
                lengths[i] = random.Next(8) switch { 0 => 0, 1 => random.Next(20_000), _ => random.Next(300) };
            }

            byte[] payload = new byte[lengths.Sum()];
            random.NextBytes(payload);
            byte[] producer = Text(random, StoreLimits.ProducerBytesMax);
            long sequence = producer.Length == 0 ? 0
                : random.Next(3) == 0 ? random.Next(1, 300) : random.NextInt64(1, long.MaxValue - 100);
            return new Sample(
                Text(random, StoreLimits.AppenderBytesMax), producer, sequence,
                Text(random, StoreLimits.ContentTypeBytesMax), lengths, payload);
        }

        public RecordBatch Batch(bool salted) => new()
        {
            Appender = Appender,
            Producer = Producer,
            FirstSequence = Sequence,
            ContentType = ContentType,
            Lengths = Lengths,
            IsSalted = salted,
        };

        private static byte[] Text(Random random, int bytesMax)
        {
            int length = random.Next(4) switch { 0 => 0, 1 => bytesMax, _ => random.Next(bytesMax) };
            byte[] text = new byte[length];
            for (int i = 0; i < length; i++)
            {
                text[i] = (byte)random.Next('a', 'z');
            }

            return text;
        }
    }
}
