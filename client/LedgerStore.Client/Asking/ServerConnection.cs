// What the parts of a client share: the connections to one server, the clock, and the patience with an answer.
// Any thread; owned by the client that made it.

using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Protocol;

namespace LedgerStore.Client;

/// <summary>Asks one server.</summary>
internal sealed class ServerConnection(LedgerClientOptions options, ChannelSettings settings) : IDisposable
{
    internal LedgerChannel Channel { get; } = new(options.Address, settings);

    internal Uri Address => options.Address;

    internal TimeProvider Time => options.Time;

    internal TimeSpan ProgressTimeout => options.ProgressTimeout;

    internal CallLimits Unary(CancellationToken cancellationToken) =>
        new() { Timeout = options.CallTimeout, CancellationToken = cancellationToken };

    /// <summary>A call with one answer, in a time that the server cannot stretch.</summary>
    /// <param name="subject">What is asked about, for the message about an answer that is none.</param>
    /// <exception cref="LedgerViolationException">What came is no answer to this call.</exception>
    internal async ValueTask<TResponse> AskAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        TRequest request,
        string subject,
        CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            TResponse answer = await Channel.UnaryAsync(method, request, Unary(cancellationToken))
                .ConfigureAwait(false);
            WrongAnswer.DemandValues(subject, answer);
            return answer;
        }
        catch (RpcException none) when (WrongAnswer.IsNone(none))
        {
            throw WrongAnswer.None(subject, method.Name, none);
        }
    }

    /// <summary>A call with many answers. It may take as long as it does; what must not end is that the server tells
    /// something.</summary>
    internal async IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        TRequest request,
        string subject,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ResponseStream<TResponse> call = Channel.ServerStream(
            method, request, new CallLimits { CancellationToken = ending.Token });
        while (await NextAsync(call, method.Name, subject, ending, cancellationToken).ConfigureAwait(false))
        {
            WrongAnswer.DemandValues(subject, call.Current);
            yield return call.Current;
        }
    }

    private async ValueTask<bool> NextAsync<TResponse>(
        ResponseStream<TResponse> call,
        string method,
        string subject,
        CancellationTokenSource ending,
        CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        using ITimer silence = Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), ending, ProgressTimeout,
            Timeout.InfiniteTimeSpan);
        try
        {
            return await call.ReadAsync().ConfigureAwait(false);
        }
        catch (RpcException none) when (WrongAnswer.IsNone(none))
        {
            throw WrongAnswer.None(subject, method, none);
        }
        catch (OperationCanceledException silent) when (!cancellationToken.IsCancellationRequested)
        {
            throw RpcException.Of(
                StatusCode.DeadlineExceeded,
                $"the server told nothing of {method} for {ProgressTimeout.TotalSeconds:0.###} s").CausedBy(silent);
        }
    }

    public void Dispose() => Channel.Dispose();
}
