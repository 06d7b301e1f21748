// Responses and entries without objects are the same bytes as with objects.

using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using Xunit;

namespace LedgerStore.Tests.Grpc.Wire;

public sealed class ResponseTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Append_answers_are_those_of_protobuf(int seed)
    {
        Random random = new(seed);
        byte[] checkpoint = new byte[random.Next(2) * random.Next(300)];
        random.NextBytes(checkpoint);
        ulong micros = (ulong)random.NextInt64(253_402_300_799_000_000) >> random.Next(50);
        AppendAnswer answer = new()
        {
            FirstIndex = (ulong)random.NextInt64() >> random.Next(64),
            Count = (uint)random.Next() >> random.Next(32),
            ReceivedUnixMicros = micros,
            IsDuplicate = random.Next(2) == 0,
            Checkpoint = checkpoint,
        };
        AppendResponse message = new()
        {
            FirstIndex = answer.FirstIndex,
            Count = answer.Count,
            Received = new Timestamp { Seconds = (long)(micros / 1_000_000), Nanos = (int)(micros % 1_000_000 * 1000) },
            Duplicate = answer.IsDuplicate,
            Checkpoint = ByteString.CopyFrom(checkpoint),
        };
        byte[] written = WireBytes.Written(answer.WriteTo);
        Assert.Equal(message.ToByteArray(), written);

        AppendAnswer read = AppendAnswer.Parse(written);
        Assert.Equal(answer.FirstIndex, read.FirstIndex);
        Assert.Equal(answer.Count, read.Count);
        Assert.Equal(answer.ReceivedUnixMicros, read.ReceivedUnixMicros);
        Assert.Equal(answer.IsDuplicate, read.IsDuplicate);
        Assert.Equal(checkpoint, read.Checkpoint.ToArray());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Entries_are_those_of_protobuf(int seed)
    {
        Random random = new(seed);
        byte[] bundle = new byte[random.Next(1 << random.Next(18))];
        random.NextBytes(bundle);
        ulong firstIndex = (ulong)random.NextInt64() >> random.Next(64);
        uint count = (uint)random.Next(300);
        ReadResponse message = new()
        {
            Entries = new Entries { FirstIndex = firstIndex, Count = count, Bundle = ByteString.CopyFrom(bundle) },
        };
        byte[] written = WireBytes.Written(writer => EntriesMessage.Write(writer, firstIndex, count, bundle));
        Assert.Equal(message.ToByteArray(), written);

        Assert.True(EntriesMessage.TryParse(written, out EntriesMessage read));
        Assert.Equal((firstIndex, count), (read.FirstIndex, read.Count));
        Assert.Equal(bundle, read.Bundle.ToArray());
    }

    [Fact]
    public void Other_events_are_left_to_protobuf()
    {
        ReadResponse[] events =
        [
            new() { CaughtUp = new CaughtUp { Size = 5 } }, new() { Heartbeat = new Heartbeat { Size = 5 } },
            new() { Expired = new Expired { Count = 5 } }, new() { Unreadable = new Unreadable { Count = 5 } }, new(),
        ];
        foreach (ReadResponse other in events)
        {
            Assert.False(EntriesMessage.TryParse(other.ToByteArray(), out _));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Entries_are_read_as_protobuf_does(int seed)
    {
        Random random = new(seed);
        byte[] payload = new byte[random.Next(1 << random.Next(16))];
        byte[] salt = new byte[random.Next(2) * 16];
        random.NextBytes(payload);
        random.NextBytes(salt);
        Entry message = new()
        {
            ReceivedUnixMicros = (ulong)random.NextInt64(1, long.MaxValue),
            Appender = "spiffe://example.org/" + random.Next(),
            Producer = random.Next(2) == 0 ? string.Empty : "p" + random.Next(),
            ProducerSequence = random.Next(2) == 0 ? 0 : (ulong)random.NextInt64() >> random.Next(64),
            ContentType = random.Next(2) == 0 ? string.Empty : "text/plain",
            Payload = ByteString.CopyFrom(payload),
            Salt = ByteString.CopyFrom(salt),
        };
        EntryView view = EntryView.Parse(message.ToByteArray());
        Assert.Equal(message.ReceivedUnixMicros, view.ReceivedUnixMicros);
        Assert.Equal(message.Appender, Encoding.UTF8.GetString(view.Appender));
        Assert.Equal(message.Producer, Encoding.UTF8.GetString(view.Producer));
        Assert.Equal(message.ProducerSequence, view.ProducerSequence);
        Assert.Equal(message.ContentType, Encoding.UTF8.GetString(view.ContentType));
        Assert.True(view.Payload.SequenceEqual(payload) && view.Salt.SequenceEqual(salt));
    }

    [Fact]
    public void Random_bytes_never_do_worse_than_an_error()
    {
        Random random = new(4);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            foreach (Action<byte[]> read in s_readers)
            {
                try
                {
                    read(bytes);
                }
                catch (RpcException error)
                {
                    Assert.Equal(StatusCode.Internal, error.Code);
                }
            }
        }
    }

    private static readonly Action<byte[]>[] s_readers =
    [
        bytes => EntryView.Parse(bytes),
        bytes => AppendAnswer.Parse(bytes),
        bytes => _ = EntriesMessage.TryParse(bytes, out _),
    ];
}
