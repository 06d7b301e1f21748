// Checks what a server says about a ledger, against keys that came from elsewhere and against what it said before.
// Any thread: checkpoints are accepted one after the other.

using System.Runtime.CompilerServices;
using Grpc.Core;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>
/// Verifies checkpoints, entries and receipts of one ledger. Every checkpoint must be signed by the trusted key (or one
/// that it was rotated to) and must continue the newest one that was seen before. A contradiction is a
/// <see cref="LedgerViolationException"/> with evidence.
/// </summary>
public sealed partial class Verifier : IDisposable
{
    private static readonly TimeSpan s_firstPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestWatchPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestPoll = TimeSpan.FromMilliseconds(200);

    private readonly ServerConnection _client;
    private readonly VerifierOptions _options;
    private readonly VerifierState _state;

    // One checkpoint at a time is compared with the newest one and takes its place.
    private readonly SemaphoreSlim _accepting = new(1, 1);

    internal Verifier(ServerConnection client, string ledger, VerifierOptions options)
    {
        _client = client;
        _options = options;
        Ledger = ledger;
        VerifierKey key = VerifierKey.Parse(options.Vkey);
        LogKeySet keys = LogKeySet.Trust(OriginOf(ledger, key, options.Origin), key);
        _state = VerifierState.Open(options.StateFile, keys, options.Witnesses.Cosigners);
        if (_state.Newest is null && !options.TrustedCheckpoint.IsEmpty)
        {
            _state.Accept(_state.Keys.Open(options.TrustedCheckpoint.Span, options.Witnesses.Cosigners));
        }
    }

    /// <summary>The ledger that is verified.</summary>
    public string Ledger { get; }

    /// <summary>The origin that its checkpoints must have.</summary>
    public string Origin => _state.Keys.Origin;

    /// <summary>The keys that are trusted by now, with the sizes at which they sign.</summary>
    public LogKeySet Keys => _state.Keys;

    /// <summary>The newest checkpoint that was accepted; null before the first one.</summary>
    public VerifiedCheckpoint? Newest => _state.Newest;

    /// <summary>
    /// Gets the server's newest checkpoint and accepts it, if it continues the newest one seen before.
    /// </summary>
    /// <exception cref="LedgerViolationException">It does not.</exception>
    public async Task<VerifiedCheckpoint> UpdateAsync(CancellationToken cancellationToken = default)
    {
        // What is accepted while the call is under way may be newer than its answer; only what was there before counts.
        ulong sizeBefore = Newest?.Size ?? 0;
        ReadOnlyMemory<byte> note = await GetNoteAsync(size: 0, cancellationToken).ConfigureAwait(false);
        VerifiedCheckpoint checkpoint = await AcceptAsync(note, cancellationToken).ConfigureAwait(false);
        if (checkpoint.Size < sizeBefore)
        {
            throw Violation(
                ViolationKind.Rollback,
                $"the newest checkpoint has size {checkpoint.Size:N0}, one of size {sizeBefore:N0} was seen before",
                new Parts
                {
                    Accepted = Newest,
                    Offered = note,
                    Expected = $"a checkpoint of at least {sizeBefore:N0} entries",
                    Came = $"one of {checkpoint.Size:N0}",
                });
        }

        return checkpoint;
    }

    /// <summary>
    /// The newest checkpoint, which must cover everything that the server says it has acknowledged.
    /// </summary>
    /// <exception cref="LedgerViolationException">It does not, and did not in <see cref="VerifierOptions.StaleAfter"/>:
    /// the checkpoint stands still while the ledger grows.</exception>
    public async Task<VerifiedCheckpoint> CatchUpAsync(CancellationToken cancellationToken = default)
    {
        // The size first: what is acknowledged after it may be signed a moment later.
        LedgerInfo info = await new Catalog(_client).DescribeAsync(Ledger, cancellationToken).ConfigureAwait(false);
        VerifiedCheckpoint newest = await UpdateAsync(cancellationToken).ConfigureAwait(false);
        return newest.Size >= info.Size
            ? newest
            : await WaitForAsync(info.Size, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Checks a checkpoint that came from somewhere else, such as another observer or a receipt: it must be signed, and
    /// be one with everything seen before. A newer one becomes the newest.
    /// </summary>
    /// <exception cref="LedgerViolationException">It is not: a split view, if it is signed.</exception>
    public async Task<VerifiedCheckpoint> AcceptAsync(
        ReadOnlyMemory<byte> note, CancellationToken cancellationToken = default)
    {
        await _accepting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            VerifiedCheckpoint checkpoint = await OpenAsync(note, cancellationToken).ConfigureAwait(false);
            await CompareAsync(checkpoint, cancellationToken).ConfigureAwait(false);
            ClientMetrics.Checkpoints.Add(1);
            return checkpoint;
        }
        finally
        {
            _accepting.Release();
        }
    }

    /// <summary>Waits for a checkpoint that covers a size.</summary>
    /// <exception cref="LedgerViolationException">None came in <see cref="VerifierOptions.StaleAfter"/>.</exception>
    public async Task<VerifiedCheckpoint> WaitForAsync(ulong size, CancellationToken cancellationToken = default)
    {
        long start = _client.Time.GetTimestamp();
        TimeSpan poll = s_firstPoll;
        while (true)
        {
            if (Newest is { } newest && newest.Size >= size)
            {
                return newest;
            }

            // The log is accused only by the answer to a question that was asked late enough. Where this process stood
            // still meanwhile, the answer at hand may be as old as the question.
            TimeSpan asked = _client.Time.GetElapsedTime(start);
            VerifiedCheckpoint? checkpoint = await TryUpdateAsync(cancellationToken).ConfigureAwait(false);
            if (checkpoint is not null && checkpoint.Size >= size)
            {
                return checkpoint;
            }

            if (asked > _options.StaleAfter)
            {
                throw Violation(
                    ViolationKind.Stale,
                    $"entry {size - 1:N0} exists, and after {_options.StaleAfter.TotalSeconds:N0} s "
                    + (checkpoint is null ? "there is no checkpoint" : $"the newest has size {checkpoint.Size:N0}"),
                    new Parts
                    {
                        Offered = checkpoint is null ? default : NoteOf(checkpoint),
                        Index = size - 1,
                        Expected = $"a checkpoint of at least {size:N0} entries",
                        Came = checkpoint is null ? "none" : $"one of {checkpoint.Size:N0}",
                    });
            }

            await Task.Delay(poll, _client.Time, cancellationToken).ConfigureAwait(false);
            poll = poll < s_longestPoll ? poll * 2 : s_longestPoll;
        }
    }

    /// <summary>
    /// Follows the ledger: gives every new checkpoint once it is verified, reconnects by itself, and raises on the
    /// first inconsistency. What a monitor runs.
    /// </summary>
    public async IAsyncEnumerable<VerifiedCheckpoint> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RetryPause pause = new(_client.Time, s_longestWatchPause);
        ulong? given = null;
        while (true)
        {
            using ResponseStream<Protocol.V1.Checkpoint> call = _client.Channel.ServerStream(
                LedgerMethods.WatchCheckpoints,
                new WatchCheckpointsRequest { Ledger = Ledger },
                new CallLimits { CancellationToken = cancellationToken });
            ulong? inStream = null;
            bool isFirst = true;
            while (true)
            {
                VerifiedCheckpoint next;
                try
                {
                    // First what the server says is the newest: a rollback would not show in what it streams later.
                    next = isFirst
                        ? await UpdateAsync(cancellationToken).ConfigureAwait(false)
                        : await NextAsync(call, inStream, cancellationToken).ConfigureAwait(false);
                }
                catch (RpcException error) when (IsTransient(error.StatusCode) || IsNoneYet(error))
                {
                    pause.Failed();
                    await Task.Delay(pause.Take(error.RetryAfter), _client.Time, cancellationToken)
                        .ConfigureAwait(false);
                    break;
                }

                pause.Worked();
                inStream = isFirst ? null : next.Size;
                isFirst = false;
                if (given is null || next.Size > given)
                {
                    given = next.Size;
                    yield return next;
                }
            }
        }
    }

    /// <summary>
    /// The statements by which the log went from key to key, the oldest first: one chain, each signed by both of its
    /// keys, through the keys that are trusted, with all rotations that were ever followed.
    /// </summary>
    /// <exception cref="LedgerViolationException">They are not that.</exception>
    public async Task<IReadOnlyList<KeyRotation>> GetRotationsAsync(CancellationToken cancellationToken = default)
    {
        List<KeyRotation> chain = [];
        foreach (Protocol.V1.LogKey key in (await AskKeysAsync(cancellationToken).ConfigureAwait(false)).Keys)
        {
            if (!key.Statement.IsEmpty)
            {
                chain.Add(OpenRotation(key.Statement.Memory));
            }
        }

        DemandChain(chain);
        return chain;
    }

    /// <summary>Forgets nothing: what was accepted is in the state file.</summary>
    public void Dispose() => _accepting.Dispose();

    internal TimeSpan StaleAfter => _options.StaleAfter;

    internal Task<VerifiedCheckpoint> CheckpointForAsync(ulong size, CancellationToken cancellationToken) =>
        Newest is { } newest && newest.Size >= size
            ? Task.FromResult(newest)
            : WaitForAsync(size, cancellationToken);

    // Which log it must be is said by the caller. The key must be of that one: with another ledger's key, what that
    // ledger signed would pass for this one's.
    private static string OriginOf(string ledger, VerifierKey key, string? origin) =>
        origin ?? (key.Name.Text.EndsWith("/" + ledger, StringComparison.Ordinal)
            ? key.Name.Text
            : throw new VerificationFailedException($"the key {key} is not of a ledger '{ledger}'"));

    private static bool IsTransient(StatusCode code) => code
        is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown
        or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Aborted;

    private static ReadOnlyMemory<byte> NoteOf(VerifiedCheckpoint checkpoint) => checkpoint.Note.Bytes.ToArray();

    /// <summary>Null: the server has published none yet, and none was ever seen.</summary>
    internal async Task<VerifiedCheckpoint?> TryUpdateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await UpdateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException none) when (IsNoneYet(none))
        {
            return null;
        }
    }

    // A ledger that had a checkpoint once has one always.
    private bool IsNoneYet(RpcException error) => Newest is null && error.Info is { Reason: "NO_CHECKPOINT" };

    private async Task<VerifiedCheckpoint> NextAsync(
        ResponseStream<Protocol.V1.Checkpoint> call, ulong? last, CancellationToken cancellationToken)
    {
        if (!await ReadWatchedAsync(call, cancellationToken).ConfigureAwait(false))
        {
            throw RpcException.Of(StatusCode.Unavailable, "the server ended the stream of checkpoints");
        }

        VerifiedCheckpoint next = await AcceptAsync(call.Current.Note.Memory, cancellationToken)
            .ConfigureAwait(false);
        return last is null || next.Size >= last
            ? next
            : throw Violation(
                ViolationKind.Rollback,
                $"a checkpoint of size {next.Size:N0} follows one of size {last:N0}",
                new Parts
                {
                    Accepted = Newest,
                    Offered = NoteOf(next),
                    Expected = $"a checkpoint of at least {last:N0} entries",
                    Came = $"one of {next.Size:N0}",
                });
    }

    // Nothing new may mean that nothing was appended, or that the stream or the checkpoint stands still.
    private async Task<bool> ReadWatchedAsync(
        ResponseStream<Protocol.V1.Checkpoint> call, CancellationToken cancellationToken)
    {
        Task<bool> reading = call.ReadAsync().AsTask();
        while (true)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task silence = Task.Delay(_options.StaleAfter, _client.Time, over.Token);
            await Task.WhenAny(reading, silence).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            if (reading.IsCompleted || cancellationToken.IsCancellationRequested)
            {
                try
                {
                    return await reading.ConfigureAwait(false);
                }
                catch (RpcException none) when (WrongAnswer.IsNone(none))
                {
                    throw WrongAnswer.None(Ledger, "WatchCheckpoints", none);
                }
            }

            ulong before = Newest?.Size ?? 0;
            if ((await CatchUpAsync(cancellationToken).ConfigureAwait(false)).Size > before)
            {
                throw RpcException.Of(StatusCode.Unavailable, "the stream of checkpoints stands still");
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>> GetNoteAsync(ulong size, CancellationToken cancellationToken)
    {
        Protocol.V1.Checkpoint answer = await _client.AskAsync(
            LedgerMethods.GetCheckpoint,
            new GetCheckpointRequest { Ledger = Ledger, Size = size },
            Ledger,
            cancellationToken).ConfigureAwait(false);
        return answer.Note.Memory;
    }
}
