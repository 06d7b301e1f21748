// Keeps what a server logs at Error and above, for the test that says there is nothing. Any thread.

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LedgerStore.Tests.Server;

internal sealed class ErrorLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }

    /// <summary>What there is.</summary>
    internal IEnumerable<string> Lines => _lines.Distinct();

    /// <summary>Fails with the lines, if there are any.</summary>
    public void AssertNone() => Assert.True(_lines.IsEmpty, string.Join('\n', Lines));

    public void Dispose()
    {
        // Nothing to give back.
    }
}
