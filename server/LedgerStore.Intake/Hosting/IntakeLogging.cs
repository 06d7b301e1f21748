// Log lines: on standard error, one for each event, never what somebody sent. Used by one thread at start.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LedgerStore.Intake.Hosting;

internal static class IntakeLogging
{
    public static void Configure(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Information);

        // Lines of the web server about single requests would be a log of senders without rules.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical);
        logging.AddFilter("Grpc", LogLevel.None);
        logging.AddSimpleConsole(text =>
        {
            text.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            text.UseUtcTimestamp = true;
            text.SingleLine = true;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
