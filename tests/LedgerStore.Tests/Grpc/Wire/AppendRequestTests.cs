// AppendRequest without objects is the same bytes as with objects, however it is cut into pieces, and lies are refused.

using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using Xunit;

namespace LedgerStore.Tests.Grpc.Wire;

public sealed class AppendRequestTests
{
    private const int RecordsMax = 1000;

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Writer_writes_what_protobuf_writes(int seed)
    {
        AppendRequest request = Random(seed);
        Assert.Equal(request.ToByteArray(), Write(request));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Parser_reads_what_protobuf_wrote(int seed)
    {
        AppendRequest request = Random(seed);
        byte[] bytes = request.ToByteArray();
        AppendRequestParser parser = new(RecordsMax);
        foreach (int pieceBytes in new[] { int.MaxValue, 4096, 61, 7, 1 })
        {
            using ReceivedMessage message = ReceivedMessage.Copy(
                WireBytes.InPieces(bytes, Math.Min(pieceBytes, Math.Max(bytes.Length, 1))));
            parser.Parse(message.Bytes);
            AssertSame(request, parser);
        }
    }

    [Fact]
    public void Unpacked_lengths_and_unknown_fields_are_read()
    {
        AppendRequest request = new() { Ledger = "a", Payload = ByteString.CopyFromUtf8("xyz") };
        byte[] unpacked = [0x38, 1, 0x38, 2];
        byte[] unknown =
            [0xa2, 0x06, 2, 9, 9, 0xa8, 0x06, 5, 0xa9, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0xad, 0x06, 0, 0, 0, 0];
        byte[] bytes = [.. request.ToByteArray(), .. unpacked, .. unknown];
        AppendRequestParser parser = new(RecordsMax);
        parser.Parse(bytes);
        Assert.Equal([1, 2], parser.Lengths.ToArray());
        Assert.Equal(
            AppendRequest.Parser.ParseFrom(bytes).Lengths.Select(length => (int)length), parser.Lengths.ToArray());
    }

    [Fact]
    public void Nothing_of_the_message_before_is_left()
    {
        AppendRequestParser parser = new(RecordsMax);
        parser.Parse(Random(7).ToByteArray());
        parser.Parse(ReadOnlyMemory<byte>.Empty);
        AssertSame(new AppendRequest(), parser);
    }

    [Fact]
    public void Lengths_that_lie_are_refused()
    {
        AppendRequest request = new() { Payload = ByteString.CopyFromUtf8("xyz"), Lengths = { 1, 1 } };
        Assert.Equal("BAD_LENGTHS", Refused(request.ToByteArray()).Info!.Reason);
        request.Lengths[1] = uint.MaxValue;
        Assert.Equal("BAD_LENGTHS", Refused(request.ToByteArray()).Info!.Reason);
        request.Lengths[1] = int.MaxValue;
        Assert.Equal("BAD_LENGTHS", Refused(request.ToByteArray()).Info!.Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Too_many_records_are_refused(int recordsMax)
    {
        AppendRequest request = new();
        request.Lengths.AddRange(Enumerable.Repeat(0u, recordsMax));
        new AppendRequestParser(recordsMax).Parse(request.ToByteArray());
        request.Lengths.Add(0);
        RpcException error = Assert.Throws<RpcException>(
            () => new AppendRequestParser(recordsMax).Parse(request.ToByteArray()));
        Assert.Equal("TOO_MANY_RECORDS", error.Info!.Reason);
    }

    [Fact]
    public void Every_cut_message_is_refused_or_whole()
    {
        byte[] bytes = Random(3).ToByteArray();
        AppendRequestParser parser = new(RecordsMax);
        for (int length = 0; length < bytes.Length; length++)
        {
            try
            {
                parser.Parse(bytes.AsMemory(0, length));
            }
            catch (RpcException error)
            {
                Assert.True(error.Code is StatusCode.Internal or StatusCode.InvalidArgument);
            }
        }
    }

    [Fact]
    public void Random_bytes_never_do_worse_than_an_error()
    {
        Random random = new(20);
        AppendRequestParser parser = new(RecordsMax);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] bytes = round % 2 == 0 ? new byte[random.Next(40)] : Random(round % 10).ToByteArray();
            for (int change = 0; change < 3 && bytes.Length > 0; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                parser.Parse(bytes);
                Assert.Equal(parser.Payload.Length, parser.Lengths.ToArray().Sum());
            }
            catch (RpcException error)
            {
                Assert.True(error.Code is StatusCode.Internal or StatusCode.InvalidArgument);
            }
        }
    }

    [Theory]
    [InlineData("0a05")] // 5 bytes of text where none are
    [InlineData("0a01ff")] // not UTF-8
    [InlineData("00")] // field number 0
    [InlineData("0b")] // a group
    [InlineData("18ffffffffffffffffffff")] // a varint without end
    [InlineData("ffffffffff7f")] // a tag above 32 bits
    public void Broken_messages_are_refused(string hex) =>
        Assert.Equal(StatusCode.Internal, Refused(Convert.FromHexString(hex)).Code);

    [Fact]
    public void Parsing_allocates_nothing()
    {
        byte[] message = Random(11).ToByteArray();
        AppendRequestParser parser = new(RecordsMax);
        parser.Parse(message);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
        {
            parser.Parse(message);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static RpcException Refused(byte[] bytes) => Assert.Throws<RpcException>(
        () => new AppendRequestParser(RecordsMax).Parse(bytes));

    private static void AssertSame(AppendRequest request, AppendRequestParser parser)
    {
        Assert.Equal(request.Ledger, parser.Ledger);
        Assert.Equal(request.Producer, parser.Producer);
        Assert.Equal(request.FirstSequence, parser.FirstSequence);
        Assert.Equal(request.HasExpectedSize ? request.ExpectedSize : null, parser.ExpectedSize);
        Assert.Equal(request.ContentType, parser.ContentType);
        Assert.Equal(request.Ack, parser.Ack);
        Assert.Equal(request.Lengths.Select(length => (int)length), parser.Lengths.ToArray());
        Assert.Equal(request.Payload.ToByteArray(), parser.Payload.ToArray());
    }

    private static byte[] Write(AppendRequest request) => WireBytes.Written(writer => AppendRequestWriter.Write(
        writer,
        new AppendRequestHead
        {
            Ledger = System.Text.Encoding.UTF8.GetBytes(request.Ledger),
            Producer = System.Text.Encoding.UTF8.GetBytes(request.Producer),
            FirstSequence = request.FirstSequence,
            ExpectedSize = request.HasExpectedSize ? request.ExpectedSize : null,
            ContentType = System.Text.Encoding.UTF8.GetBytes(request.ContentType),
            Ack = request.Ack,
        },
        [.. request.Lengths.Select(length => (int)length)],
        request.Payload.Span));

    private static AppendRequest Random(int seed)
    {
        Random random = new(seed);
        AppendRequest request = new()
        {
            Ledger = random.Next(4) == 0 ? string.Empty : "payments." + random.Next(),
            Producer = random.Next(2) == 0 ? string.Empty : "größe-" + random.Next(),
            FirstSequence = (ulong)random.NextInt64() >> random.Next(64),
            ContentType = random.Next(2) == 0 ? string.Empty : "text/plain",
            Ack = (Ack)random.Next(2),
        };
        if (random.Next(2) == 0)
        {
            request.ExpectedSize = (ulong)random.NextInt64() >> random.Next(64);
        }

        int bytes = 0;
        for (int count = random.Next(200); count > 0; count--)
        {
            int length = random.Next(1 << random.Next(12));
            request.Lengths.Add((uint)length);
            bytes += length;
        }

        byte[] payload = new byte[bytes];
        random.NextBytes(payload);
        request.Payload = UnsafeByteOperations.UnsafeWrap(payload);
        return request;
    }
}
