// The table from the engine's reasons to statuses: complete, and readable by programs.

using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Tests.Grpc;
using Xunit;
using StoreErrors = LedgerStore.Wording.StoreErrors;

namespace LedgerStore.Tests.Server;

public sealed class StoreErrorsTests
{
    public static TheoryData<StoreReason> Reasons => [.. Enum.GetValues<StoreReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_a_status_an_error_info_and_an_outcome(StoreReason reason)
    {
        RpcException error = StoreErrors.Translate(new StoreException(reason, "why"))!;
        Assert.Equal(StoreErrors.NameOf(reason), error.Info!.Reason);
        Assert.Equal("ledgerstore", error.Info!.Domain);
        string outcome = reason switch
        {
            StoreReason.StorageFailed => "unknown",
            StoreReason.SequenceTooOld => "stored",
            _ => "not_stored",
        };
        Assert.Equal(outcome, error.Info!.Metadata[StoreErrors.Outcome]);

        // INTERNAL is what the table gives to a reason that nobody has thought of.
        Assert.Equal(reason == StoreReason.StorageFailed, error.Code == StatusCode.Internal);
    }

    [Fact]
    public void The_expected_value_travels()
    {
        StoreException gap = new(StoreReason.SequenceGap, "gap") { Expected = 17 };
        Assert.Equal("17", StoreErrors.Translate(gap)!.Info!.Metadata["expected"]);
        Assert.Equal("SEQUENCE_GAP", StoreErrors.NameOf(StoreReason.SequenceGap));
    }

    [Theory]
    [InlineData(StoreReason.Busy)]
    [InlineData(StoreReason.DiskFull)]
    [InlineData(StoreReason.TierAway)]
    public void What_passes_by_itself_says_when_to_ask_again(StoreReason reason) =>
        Assert.True(StoreErrors.Translate(new StoreException(reason, "later"))!.RetryAfter > TimeSpan.Zero);

    [Fact]
    public void Other_exceptions_are_none_of_the_tables() =>
        Assert.Null(StoreErrors.Translate(new InvalidOperationException("a bug")));
}
