// The logger of an appender that dependency injection makes. Loggers may need the appender (LedgerLoggerProvider), so
// it cannot ask for one while it is made: this one is looked for on another thread, and used when it is there.
// Any thread.

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LedgerStore.Client;

internal sealed class LateLogger : ILogger
{
    private readonly Lazy<ILogger> _logger;

    internal LateLogger(IServiceProvider services)
    {
        _logger = new Lazy<ILogger>(() => Find(services));

        // Now rather than when something happens: a container that is being disposed gives nothing any more.
        _ = Task.Run(() => _logger.Value);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _logger.Value.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => _logger.Value.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _logger.Value.Log(logLevel, eventId, state, exception, formatter);

    private static ILogger Find(IServiceProvider services)
    {
        try
        {
            return services.GetService<ILoggerFactory>()?.CreateLogger("LedgerStore.Client") ?? NullLogger.Instance;
        }
        catch (ObjectDisposedException)
        {
            return NullLogger.Instance;
        }
    }
}
