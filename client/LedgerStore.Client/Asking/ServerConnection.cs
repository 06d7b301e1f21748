// What the parts of a client share: the connections to one server, the clock, and the patience with an answer.
// Any thread; owned by the client that made it.

using Google.Protobuf;
using Grpc.Core;

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

    public void Dispose() => Channel.Dispose();
}
