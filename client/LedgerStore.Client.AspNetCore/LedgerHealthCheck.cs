// services.AddHealthChecks().AddLedger(): whether the application's audit records get to the ledger.
// Asks no server: the appender knows how its last attempt ended. Any thread.

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LedgerStore.Client.AspNetCore;

/// <summary>Adds the state of the registered <see cref="Appender"/> to an application's health checks.</summary>
public static class LedgerHealthCheckExtensions
{
    /// <summary>The name of the check where none is given.</summary>
    public const string DefaultName = "ledger";

    /// <summary>Adds the check under its default name.</summary>
    public static IHealthChecksBuilder AddLedger(this IHealthChecksBuilder builder) => builder.AddLedger(DefaultName);

    /// <summary>
    /// Adds the check: healthy; degraded while the ledger takes no records and there is room for them here; unhealthy
    /// when there is no room any more, or the appender takes nothing.
    /// </summary>
    public static IHealthChecksBuilder AddLedger(this IHealthChecksBuilder builder, string name) => builder.Add(
        new HealthCheckRegistration(
            name,
            static services => new LedgerHealthCheck(services.GetRequiredService<Appender>()),
            failureStatus: null,
            tags: null));
}

internal sealed class LedgerHealthCheck(Appender appender) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        AppenderStatus status = appender.Status;
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["ledger"] = appender.Ledger,
            ["waiting_records"] = status.OutstandingRecords,
            ["memory_bytes"] = status.MemoryBytes,
            ["spool_bytes"] = status.SpoolBytes,
        };
        return Task.FromResult(new HealthCheckResult(
            StateOf(status, context.Registration.FailureStatus), TextOf(status), status.LastError, data));
    }

    private static HealthStatus StateOf(AppenderStatus status, HealthStatus failure)
    {
        if (status.IsClosed || (status.IsFull && status.AwayFor > TimeSpan.Zero))
        {
            return failure;
        }

        return status.AwayFor > TimeSpan.Zero ? HealthStatus.Degraded : HealthStatus.Healthy;
    }

    private static string TextOf(AppenderStatus status) => status switch
    {
        { IsClosed: true } => "the appender takes no more records",
        { AwayFor: { Ticks: > 0 } away, IsFull: var isFull } =>
            $"the ledger has taken no records for {away.TotalSeconds:N0} s; {status.OutstandingRecords:N0} wait, "
            + (isFull ? "and there is no room for more" : "and there is room for more"),
        _ => "records get to the ledger",
    };
}
