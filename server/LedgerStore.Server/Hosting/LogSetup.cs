// Logs: one line for each event on standard output, structured for machines or plain for people, never a payload.
// Used by one thread at start.
using LedgerStore.Server.Config;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LedgerStore.Server.Hosting;

/// <summary>Where log lines go and how they look.</summary>
internal static class LogSetup
{
    public static void Configure(ILoggingBuilder logging, ServerConfig config)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LevelOf(config.LogLevel));

        // The web server's own lines about single requests and connections would be a log of accesses without rules.
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // A start that fails says why in one line of its own, and by its exit code.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // What a client does with frames is counted, and its connection is closed. Some of it would be a critical line.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None);

        // The same for malformed calls: what a handler throws, CallErrors says.
        logging.AddFilter("Grpc", LogLevel.None);

        // Its scope around every request would be made for the few that ever write a line: a kilobyte each. A trace
        // that a client sends is taken up by TraceContext.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.Configure(factory => factory.ActivityTrackingOptions =
            ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId | ActivityTrackingOptions.ParentId);
        const string time = "yyyy-MM-ddTHH:mm:ss.fffZ";
        if (string.Equals(config.LogFormat, "json", StringComparison.Ordinal))
        {
            logging.AddJsonConsole(json =>
            {
                json.TimestampFormat = time;
                json.UseUtcTimestamp = true;
                json.IncludeScopes = true;
            });
        }
        else
        {
            logging.AddSimpleConsole(text =>
            {
                text.TimestampFormat = time + " ";
                text.UseUtcTimestamp = true;
                text.SingleLine = true;
                text.ColorBehavior = LoggerColorBehavior.Default;
            });
        }

        // Standard output belongs to what a command says; lines of the log go to standard error.
        logging.Services.Configure<ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static LogLevel LevelOf(string word) => word switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };
}
