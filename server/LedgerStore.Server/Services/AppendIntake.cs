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
    private readonly AppendRequestParser _parser = new(StoreLimits.BatchRecordsMax);
    private CallAccess? _owner;
    private AppendChain? _chain;
    private PolicyGeneration? _policy;
    private string? _ledgerName;
    private Ledger? _ledger;
    private QuotaMeter? _meter;
    private Utf8Text _appender;
    private Utf8Text _producer;
    private Utf8Text _contentType;

    /// <summary>Where each request is read into.</summary>
    public AppendRequestParser Request => _parser;

    private CallAccess Access => _owner ?? throw new InvalidOperationException("the intake belongs to no call");

    /// <summary>Makes it a call's own.</summary>
    /// <param name="batches">Of a stream, whose first refusal ends it; null for a single batch.</param>
    public void Bind(CallAccess access, AppendChain? batches)
    {
        _owner = access;
        _chain = batches;
    }

    /// <summary>Forgets the call, and what was decided for it.</summary>
    public void Unbind()
    {
        _parser.Clear();
        _owner = null;
        _chain = null;
        _policy = null;
        _ledgerName = null;
        _ledger = null;
        _meter = null;
    }

    /// <summary>Whether <see cref="Begin"/> may go on with what was decided for the request before.</summary>
    public bool IsDecided =>
        ReferenceEquals(_parser.Ledger, _ledgerName) && ReferenceEquals(_policy, Access.Services.Policy.Current);

    /// <summary>Decides about the request that the parser holds.</summary>
    public async ValueTask<QuotaMeter> DecideAsync()
    {
        _policy = Access.Services.Policy.Current;
        _ledger = await Access.AllowAsync(_parser.Ledger).ConfigureAwait(false);
        _meter = Access.MeterOf(_parser.Ledger);
        _ledgerName = _parser.Ledger;
        return _meter;
    }

    /// <summary>Takes the request out of the quota, and hands it to the engine, which copies it.</summary>
    public PendingAppend Begin(CancellationToken cancellationToken)
    {
        int bytes = _parser.Payload.Length;
        Charge(bytes);
        try
        {
            DemandFields();
            return Submit(bytes, cancellationToken);
        }
        catch
        {
            _meter!.Release(bytes);
            throw;
        }
    }

    /// <summary>Hands over again what the engine had no room for; it is in the quota already.</summary>
    public PendingAppend Submit(int bytes, CancellationToken cancellationToken)
    {
        RecordBatch batch = new()
        {
            Appender = _appender.Of(Access.Caller.Appender),
            Producer = _producer.Of(_parser.Producer),
            FirstSequence = Checked(_parser.FirstSequence, "first_sequence"),
            ContentType = _contentType.Of(_parser.ContentType),
            ExpectedSize = _parser.ExpectedSize is { } size ? Checked(size, "expected_size") : null,
            Chain = _chain,
            Lengths = _parser.Lengths,
            Payload = _parser.Payload.Span,
        };
        ValueTask<AppendResult> answer = _ledger!.AppendAsync(batch, cancellationToken);
        return new PendingAppend(answer, _ledger, _parser.Ack == Ack.Checkpointed, _meter!, bytes);
    }

    // What the ledger's fields refuse is refused with its whole batch, before anything of it is stored.
    private void DemandFields()
    {
        if (_ledger!.FindRefused(_contentType.Of(_parser.ContentType), _parser.Lengths, _parser.Payload.Span)
            is { } refused)
        {
            throw Refusals.Undemanded(_ledger.Name, refused);
        }
    }

    private void Charge(int bytes)
    {
        long frequency = Access.Services.Time.TimestampFrequency;
        QuotaVerdict room = _meter!.Reserve(bytes);
        if (!room.Allowed)
        {
            throw Refusals.OverQuota(room, _meter.Quota.InFlightBytes ?? 0, frequency);
        }

        QuotaVerdict rate = _meter.Take(_parser.Lengths.Length, bytes, Access.Services.Time.GetTimestamp());
        if (!rate.Allowed)
        {
            _meter.Release(bytes);
            long? limit = rate.Limit == QuotaLimit.RecordsPerSecond
                ? _meter.Quota.RecordsPerSecond
                : _meter.Quota.BytesPerSecond;
            throw Refusals.OverQuota(rate, limit ?? 0, frequency);
        }
    }

    private static long Checked(ulong value, string field) => value <= long.MaxValue
        ? (long)value
        : throw RpcException.Because(
            StatusCode.InvalidArgument, "INVALID_ARGUMENT", $"{field} of {value} exceeds the limit of {long.MaxValue}");
}
