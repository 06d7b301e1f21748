// The way of one append request from the parser to the engine: right, quota, batch. Used by the unary call and by the
// stream; owned by one call, one thread at a time. Nothing is allocated for a record, little for a batch. What a unary
// call used is used again by another: it keeps texts that were decoded, and nothing that was decided.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Rights;

namespace LedgerStore.Server.Services;

/// <summary>A batch on its way.</summary>
internal readonly record struct PendingAppend(
    ValueTask<AppendResult> Answer, Ledger Ledger, bool WaitsForCheckpoint, QuotaMeter Meter, int Bytes);

/// <summary>Takes append requests of one caller.</summary>
internal sealed class AppendIntake
{
    private readonly AppendRequestParser parser = new(StoreLimits.BatchRecordsMax);
    private CallAccess? owner;
    private AppendChain? chain;
    private PolicyGeneration? policy;
    private string? ledgerName;
    private Ledger? ledger;
    private QuotaMeter? meter;
    private Utf8Text appender;
    private Utf8Text producer;
    private Utf8Text contentType;

    /// <summary>Where each request is read into.</summary>
    public AppendRequestParser Request => parser;

    private CallAccess Access => owner ?? throw new InvalidOperationException("the intake belongs to no call");

    /// <summary>Makes it a call's own.</summary>
    /// <param name="batches">Of a stream, whose first refusal ends it; null for a single batch.</param>
    public void Bind(CallAccess access, AppendChain? batches)
    {
        owner = access;
        chain = batches;
    }

    /// <summary>Forgets the call, and what was decided for it.</summary>
    public void Unbind()
    {
        parser.Clear();
        owner = null;
        chain = null;
        policy = null;
        ledgerName = null;
        ledger = null;
        meter = null;
    }

    /// <summary>Whether <see cref="Begin"/> may go on with what was decided for the request before.</summary>
    public bool IsDecided =>
        ReferenceEquals(parser.Ledger, ledgerName) && ReferenceEquals(policy, Access.Services.Policy.Current);

    /// <summary>Decides about the request that the parser holds.</summary>
    public async ValueTask<QuotaMeter> DecideAsync()
    {
        policy = Access.Services.Policy.Current;
        ledger = await Access.AllowAsync(parser.Ledger).ConfigureAwait(false);
        meter = Access.MeterOf(parser.Ledger);
        ledgerName = parser.Ledger;
        return meter;
    }

    /// <summary>Takes the request out of the quota, and hands it to the engine, which copies it.</summary>
    public PendingAppend Begin(CancellationToken cancellationToken)
    {
        int bytes = parser.Payload.Length;
        Charge(bytes);
        try
        {
            return Submit(bytes, cancellationToken);
        }
        catch
        {
            meter!.Release(bytes);
            throw;
        }
    }

    /// <summary>Hands over again what the engine had no room for; it is in the quota already.</summary>
    public PendingAppend Submit(int bytes, CancellationToken cancellationToken)
    {
        RecordBatch batch = new()
        {
            Appender = appender.Of(Access.Caller.Appender),
            Producer = producer.Of(parser.Producer),
            FirstSequence = Checked(parser.FirstSequence, "first_sequence"),
            ContentType = contentType.Of(parser.ContentType),
            ExpectedSize = parser.ExpectedSize is { } size ? Checked(size, "expected_size") : null,
            Chain = chain,
            Lengths = parser.Lengths,
            Payload = parser.Payload.Span,
        };
        ValueTask<AppendResult> answer = ledger!.AppendAsync(batch, cancellationToken);
        return new PendingAppend(answer, ledger, parser.Ack == Ack.Checkpointed, meter!, bytes);
    }

    private void Charge(int bytes)
    {
        long frequency = Access.Services.Time.TimestampFrequency;
        QuotaVerdict room = meter!.Reserve(bytes);
        if (!room.Allowed)
        {
            throw Refusals.OverQuota(room, meter.Quota.InFlightBytes ?? 0, frequency);
        }

        QuotaVerdict rate = meter.Take(parser.Lengths.Length, bytes, Access.Services.Time.GetTimestamp());
        if (!rate.Allowed)
        {
            meter.Release(bytes);
            long? limit = rate.Limit == QuotaLimit.RecordsPerSecond
                ? meter.Quota.RecordsPerSecond
                : meter.Quota.BytesPerSecond;
            throw Refusals.OverQuota(rate, limit ?? 0, frequency);
        }
    }

    private static long Checked(ulong value, string field) => value <= long.MaxValue
        ? (long)value
        : throw RpcException.Because(
            StatusCode.InvalidArgument, "INVALID_ARGUMENT", $"{field} of {value} exceeds the limit of {long.MaxValue}");
}
