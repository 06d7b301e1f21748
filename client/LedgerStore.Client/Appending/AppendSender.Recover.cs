// The sender after a failure: which batches are sent again, which are given up, and what is known of them.
// Runs in the sender's loop, when there is no stream.

using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

internal sealed partial class AppendSender
{
    // No producer ever gets here, so the server refuses it and names the sequence that it expects instead.
    private const ulong ImpossibleSequence = long.MaxValue - 1;

    private async Task RecoverAsync(Exception error, CancellationToken stop)
    {
        _pause.Failed();
        if (LastError is null || !stop.IsCancellationRequested)
        {
            // That the appender itself ended the stream says nothing about the server.
            LastError = error;
        }

        ClientMetrics.Failures.Add(1);
        if (SettleAfter(error))
        {
            return;
        }

        if (_source.MayGiveUp && _pause.FailingFor > _options.GiveUpAfter)
        {
            int lost = await GiveUpAsync(
                $"the server could not be reached for {_pause.FailingFor.TotalSeconds:N0} s: {error.Message}", error)
                .ConfigureAwait(false);
            _outage.GaveUp(lost, error.Message);
        }
        else if (!stop.IsCancellationRequested)
        {
            _outage.Failed(error);
        }

        TimeSpan delay = _pause.Take((error as RpcException)?.RetryAfter);
        await Task.Delay(delay, _client.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Settles what the failure decides. True: go on at once.</summary>
    private bool SettleAfter(Exception error)
    {
        FailureKind kind = AppendFailure.KindOf(error);
        if (kind == FailureKind.Lost)
        {
            _inFlight.MarkWritten();
            if (!IsNamed)
            {
                DropWhatMayBeStored(error);
            }

            return false;
        }

        if (kind == FailureKind.Later || _inFlight.Peek() is not { } first)
        {
            return false;
        }

        if (kind == FailureKind.StoredBefore)
        {
            _inFlight.Drop();
            _source.Fail(first, new AppendException(AppendOutcome.Stored, error.Message, error));
            return true;
        }

        return SettleRefused(first, (RpcException)error);
    }

    private bool SettleRefused(OutgoingBatch first, RpcException refusal)
    {
        bool isAboutNumbers = AppendFailure.TryGetExpected(refusal, out _);
        if (isAboutNumbers)
        {
            // Another process uses the name, or the server lost what it had acknowledged: the count starts over from
            // what it expects. Nothing of this batch is stored: its numbers belong to other records.
            _numbers.Forget();
        }

        if (!_source.MayGiveUp && (isAboutNumbers || AppendFailure.MayPass(refusal)))
        {
            return false;
        }

        if (first.MayBeStored && !isAboutNumbers)
        {
            // Rights are looked at before the numbers, so this says nothing about what an earlier stream did.
            DropWhatMayBeStored(refusal);
            _numbers.Forget();
            return true;
        }

        _inFlight.Drop();
        _numbers.Skip(first.Count);
        _source.Fail(first, new AppendException(AppendOutcome.NotStored, refusal.Message, refusal));
        return true;
    }

    private void DropWhatMayBeStored(Exception error)
    {
        while (_inFlight.Peek() is { MayBeStored: true } batch)
        {
            _inFlight.Drop();
            _source.Fail(batch, new AppendException(AppendOutcome.Unknown, error.Message, error));
        }
    }

    /// <summary>Gives up all there is, and says how many records that were.</summary>
    private async Task<int> GiveUpAsync(string message, Exception? error)
    {
        int records = 0;
        while (_inFlight.Count > 0)
        {
            OutgoingBatch batch = _inFlight.Drop();
            records += batch.Count;
            AppendOutcome outcome = batch.MayBeStored ? AppendOutcome.Unknown : AppendOutcome.NotStored;
            _source.Fail(batch, new AppendException(outcome, message, error));
        }

        while (await _source.TryTakeAsync(underWay: null).ConfigureAwait(false) is { } waiting)
        {
            records += waiting.Count;
            _source.Fail(waiting, new AppendException(AppendOutcome.NotStored, message, error));
        }

        _numbers.Forget();
        return records;
    }

    /// <summary>Asks the server for the producer's next sequence, where that is needed.</summary>
    private async Task FindSequenceAsync(CancellationToken stop)
    {
        if (_numbers.IsKnown && !_isResumed && !_source.MayGiveUp)
        {
            await ResumeAsync(stop).ConfigureAwait(false);
        }

        if (!_numbers.IsKnown && _inFlight.Peek() is { } first)
        {
            _numbers.StartAt(first.FirstTicket, await AskSequenceAsync(stop).ConfigureAwait(false));
        }

        _isResumed = true;
    }

    // An earlier process left batches in the spool, and nobody wrote down which of them were answered: the server
    // knows.
    private async Task ResumeAsync(CancellationToken stop)
    {
        long next = _numbers.TicketOf(await AskSequenceAsync(stop).ConfigureAwait(false));
        if (next > _firstNewTicket)
        {
            // Somebody else used the name: the numbers say nothing. Better a record twice than not at all.
            _numbers.Forget();
            return;
        }

        _storedBelow = next;
        while (_inFlight.Peek() is { } batch && (long)batch.LastTicket < _storedBelow)
        {
            _inFlight.Drop();
            _source.Fail(batch, StoredEarlier());
        }
    }

    private static AppendException StoredEarlier() =>
        new(AppendOutcome.Stored, "an earlier process sent it and did not see the answer", cause: null);

    /// <summary>The number that the producer's next record will have, as the server sees it.</summary>
    internal async Task<ulong> AskSequenceAsync(CancellationToken stop)
    {
        AppendRequest probe = new()
        {
            Ledger = _ledger,
            Producer = _options.Producer,
            FirstSequence = ImpossibleSequence,
        };
        probe.Lengths.Add(0);
        try
        {
            await _client.AskAsync(LedgerMethods.Append, probe, probe.Ledger, stop).ConfigureAwait(false);
        }
        catch (RpcException refusal) when (AppendFailure.TryGetExpected(refusal, out ulong expected))
        {
            return expected;
        }

        throw RpcException.Of(
            StatusCode.Internal, $"the server took sequence {ImpossibleSequence:N0}, which nobody can have reached");
    }
}
