// The encodings of gRPC's own headers: status messages, timeouts, binary values, metadata.

using System.Text;
using LedgerStore.Protocol.Grpc;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class HeaderEncodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text, ~!", "plain text, ~!")]
    [InlineData("100 %", "100 %25")]
    [InlineData("a\nb\r\t", "a%0Ab%0D%09")]
    [InlineData("größer", "gr%C3%B6%C3%9Fer")]
    [InlineData("你好 😀", "%E4%BD%A0%E5%A5%BD %F0%9F%98%80")]
    public void MessagesArePercentEncodedUtf8(string message, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(message));
        Assert.Equal(message, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("a%c3%b6%", "aö%")]
    [InlineData("%ff", "\ufffd")]
    public void BadEscapesDoNotHideAMessage(string encoded, string message) =>
        Assert.Equal(message, PercentEncoding.Decode(encoded));

    [Fact]
    public void VeryLongMessagesAreCutBetweenCharacters()
    {
        string encoded = PercentEncoding.Encode("x" + new string('ö', 10_000));
        string decoded = PercentEncoding.Decode(encoded);
        Assert.Equal("x" + new string('ö', 2047), decoded);
    }

    [Theory]
    [InlineData("1H", 3_600_000)]
    [InlineData("2M", 120_000)]
    [InlineData("3S", 3_000)]
    [InlineData("99999999m", 99_999_999)]
    [InlineData("5000u", 5)]
    [InlineData("7000000n", 7)]
    [InlineData("0m", 0)]
    public void TimeoutsAreRead(string text, double millis)
    {
        Assert.True(GrpcTimeout.TryParse(text, out TimeSpan timeout));
        Assert.Equal(millis, timeout.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1.5S")]
    [InlineData("123456789m")]
    [InlineData("1SS")]
    public void OtherTimeoutsAreRefused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public void ATimeoutNeverBecomesShorterOnItsWay()
    {
        Random random = new(1);
        for (int round = 0; round < 10_000; round++)
        {
            TimeSpan timeout = TimeSpan.FromTicks(random.NextInt64(GrpcTimeout.Max.Ticks) >> random.Next(50));
            string text = GrpcTimeout.Format(timeout);
            Assert.True(GrpcTimeout.TryParse(text, out TimeSpan read), text);
            Assert.InRange(read.Ticks, timeout.Ticks, timeout.Ticks + (timeout.Ticks / 90_000) + 10);
        }

        Assert.True(GrpcTimeout.TryParse("99999999H", out TimeSpan capped));
        Assert.Equal(GrpcTimeout.Max, capped);
        Assert.True(GrpcTimeout.TryParse("1n", out TimeSpan tiny) && tiny > TimeSpan.Zero);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("AA", "00")]
    [InlineData("AA==", "00")]
    [InlineData("AAEC", "000102")]
    [InlineData("AAEC/w", "000102FF")]
    [InlineData("AAEC/w==", "000102FF")]
    public void BinaryValuesAreReadWithAndWithoutPadding(string text, string hex)
    {
        Assert.True(BinaryHeader.TryDecode(text, out byte[]? value));
        Assert.Equal(hex, Convert.ToHexString(value));
        Assert.Equal(text.TrimEnd('='), BinaryHeader.Encode(value));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("A===")]
    [InlineData("AA=")]
    [InlineData("AAEC=")]
    [InlineData("A A=")]
    [InlineData("A*")]
    [InlineData("AA==AA==")]
    public void OtherBinaryValuesAreRefused(string text) => Assert.False(BinaryHeader.TryDecode(text, out _));

    [Fact]
    public void JoinedBinaryValuesAreSeparate()
    {
        Metadata metadata = [];
        metadata.AddFromWire("Some-Bin", "AA==, AAEC ,bad*,");
        Assert.Equal(
            ["00", "000102", string.Empty], metadata.Select(entry => Convert.ToHexString(entry.Bytes!)));
        Assert.All(metadata, entry => Assert.Equal("some-bin", entry.Name));
    }

    [Fact]
    public void HeadersOfHttpAndGrpcAreNotMetadata()
    {
        Metadata metadata = [];
        foreach (string name in new[] { ":path", "te", "content-type", "grpc-timeout", "grpc-status", "host" })
        {
            metadata.AddFromWire(name, "x");
            Assert.Throws<ArgumentException>(() => metadata.Add(name, "x"));
        }

        Assert.Empty(metadata);
    }

    [Fact]
    public void WhatCannotBeSentIsRefused()
    {
        Metadata metadata = [];
        Assert.Throws<ArgumentException>(() => metadata.Add("name\r\n", "x"));
        Assert.Throws<ArgumentException>(() => metadata.Add("name", "a\r\nb: c"));
        Assert.Throws<ArgumentException>(() => metadata.Add("name", "ö"));
        Assert.Throws<ArgumentException>(() => metadata.Add("name-bin", "text"));
        Assert.Throws<ArgumentException>(() => metadata.Add("name", Encoding.UTF8.GetBytes("bytes")));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("name", "x"));
    }

    [Theory]
    [InlineData("0", StatusCode.Ok)]
    [InlineData("16", StatusCode.Unauthenticated)]
    [InlineData("17", StatusCode.Unknown)]
    [InlineData("-1", StatusCode.Unknown)]
    [InlineData("banana", StatusCode.Unknown)]
    [InlineData("", StatusCode.Unknown)]
    public void StatusesAreRead(string text, StatusCode code) => Assert.Equal(code, StatusCodes.Parse(text));

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("Application/gRPC; charset=utf-8", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/grpc+json", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    public void ContentTypesAreToldApart(string contentType, bool isGrpc) =>
        Assert.Equal(isGrpc, HeaderNames.IsGrpcContentType(contentType));

    [Fact]
    public void DetailsCarryReasonAndRetryHint()
    {
        RpcException error = RpcException
            .Because(StatusCode.ResourceExhausted, "QUOTA", "too fast", ("limit", "5"))
            .WithRetryAfter(TimeSpan.FromSeconds(2));
        Assert.Equal("QUOTA", error.Info!.Reason);
        Assert.Equal("5", error.Info.Metadata["limit"]);
        Assert.Equal(TimeSpan.FromSeconds(2), error.RetryAfter);
        Assert.Equal("RESOURCE_EXHAUSTED: too fast", error.Message);
    }
}
