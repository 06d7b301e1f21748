// A logger that keeps its lines.
// Owned by its test; any thread.

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Tests.Client;

internal sealed class MemoryLog : ILogger, ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) => _lines.Enqueue($"{logLevel} {formatter(state, exception)}");

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
        // Nothing is held here.
    }

    internal string[] Lines() => [.. _lines];
}
