// Log entries of audit categories become audit events. Logging never waits: without room an event is dropped and
// counted.
// Any thread.

using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Client;

/// <summary>Which log entries go to the ledger, and as what.</summary>
public sealed record LedgerLoggerOptions
{
    /// <summary>Categories that begin with one of these are audit categories.</summary>
    public IReadOnlyList<string> Categories { get; init; } = ["Audit"];

    /// <summary>Less severe entries are left out.</summary>
    public LogLevel MinimumLevel { get; init; } = LogLevel.Information;

    /// <summary>The service that the events are of.</summary>
    public string? Service { get; init; }

    /// <summary>The state value that says who acted; without it the event says "unknown".</summary>
    public string WhoKey { get; init; } = "User";

    /// <summary>The state value that says what it was done to.</summary>
    public string ResourceKey { get; init; } = "Resource";

    /// <summary>The clock for the events' times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Sends log entries of audit categories to a ledger.</summary>
public sealed class LedgerLoggerProvider(Appender appender, LedgerLoggerOptions options) : ILoggerProvider
{
    /// <summary>A logger that writes to the ledger if the category is one of audit, and is silent otherwise.</summary>
    public ILogger CreateLogger(string categoryName) => new LedgerLogger(
        appender,
        options,
        categoryName,
        options.Categories.Any(prefix => categoryName.StartsWith(prefix, StringComparison.Ordinal)));

    /// <summary>The appender belongs to whoever made it.</summary>
    public void Dispose()
    {
        // Nothing is held here.
    }
}

internal sealed class LedgerLogger(Appender appender, LedgerLoggerOptions options, string category, bool isAudit)
    : ILogger
{
    private const string Template = "{OriginalFormat}";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) =>
        isAudit && logLevel != LogLevel.None && logLevel >= options.MinimumLevel;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        AuditEvent audit = Event(logLevel, eventId, state, exception, formatter(state, exception));
        byte[] record = audit.ToJson();
        if (record.Length > Appender.RecordBytesMax || !TryPost(record))
        {
            ClientMetrics.Rejected.Add(1);
        }
    }

    // An application must not fail because its log does.
    private bool TryPost(byte[] record)
    {
        try
        {
            return appender.TryPost(record);
        }
        catch (Exception error) when (error is ObjectDisposedException or AppendException)
        {
            return false;
        }
    }

    private AuditEvent Event<TState>(
        LogLevel level, EventId id, TState state, Exception? exception, string message)
    {
        string who = "unknown";
        string? resource = null;
        Dictionary<string, string> attributes = new(StringComparer.Ordinal)
        {
            ["message"] = message,
            ["level"] = level.ToString(),
        };
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
        {
            foreach (KeyValuePair<string, object?> value in values)
            {
                string text = value.Value?.ToString() ?? string.Empty;
                if (value.Key == options.WhoKey)
                {
                    who = text;
                }
                else if (value.Key == options.ResourceKey)
                {
                    resource = text;
                }
                else if (value.Key != Template)
                {
                    attributes[value.Key] = text;
                }
            }
        }

        return new AuditEvent
        {
            Who = who,
            What = id.Name ?? category,
            When = options.Time.GetUtcNow(),
            Where = Environment.MachineName,
            Resource = resource,
            Outcome = exception is null ? AuditOutcome.Success : AuditOutcome.Failure,
            Reason = exception?.Message,
            RequestId = Activity.Current?.TraceId.ToString(),
            Service = options.Service,
            Attributes = attributes,
        };
    }
}
