// The exporter of OpenTelemetry for .NET, by HTTP and by gRPC. A request that is not answered with success is sent
// again below it, as applications do it that may not lose logs: the exporter itself gives up. One loop for each.
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace LedgerStore.Campaigns.Senders;

/// <summary>Log records of .NET.</summary>
internal sealed class OtlpSender(SenderPlace place, OtlpExportProtocol protocol) : Sender(place)
{
    private const int BatchRecords = 250;
    private const int QueueRecords = 2048;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    public override string Kind => "otlp";

    public override string More => "duplicates: body, ";

    public override int UnderWay => BatchRecords;

    public override async Task RunAsync(CancellationToken stop)
    {
        using SteadyHandler steady = new(HttpSender.Handler(Place), stop);
        using OtlpLogExporter exporter = new(new OtlpExporterOptions
        {
            Protocol = protocol,
            Endpoint = protocol == OtlpExportProtocol.Grpc ? Place.Address : new Uri(Place.Address, "/v1/logs"),
            TimeoutMilliseconds = int.MaxValue,
            HttpClientFactory = () => new HttpClient(steady, disposeHandler: false)
            {
                Timeout = TimeSpan.FromDays(1), // the exporter takes its deadline from it
            },
        });
        using BatchLogRecordExportProcessor processor = new(
            exporter, QueueRecords, int.MaxValue, int.MaxValue, 2 * BatchRecords);
        using ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.AddProcessor(processor);
        }));
        ILogger logger = logging.CreateLogger("orders");
        DateTime began = DateTime.UtcNow;
        for (int first = 0; first < Place.Records; first += BatchRecords)
        {
            await PaceAsync(first, began, stop);
            int count = Math.Min(BatchRecords, Place.Records - first);
            steady.Repeated = () => Place.Tally.SendAgain(first, count);
            int before = steady.Answers;
            for (int i = first; i < first + count; i++)
            {
                logger.Log(LogLevel.Warning, 0, i, null, static (n, _) => string.Create(
                    CultureInfo.InvariantCulture, $"anna bought #{n}#"));
            }

            await Task.Run(() => processor.ForceFlush(), stop);

            // It returns when the records are on their way, and not when they have arrived.
            while (steady.Answers == before)
            {
                await Task.Delay(s_pause, stop);
            }

            Place.Tally.Acknowledge(first, count);
        }
    }

    /// <summary>Sends again until the answer is success.</summary>
    private sealed class SteadyHandler(HttpMessageHandler inner, CancellationToken stop) : DelegatingHandler(inner)
    {
        private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(200);

        public Action Repeated { get; set; } = static () => { };

        /// <summary>Successes.</summary>
        public int Answers { get; private set; }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            SendAsync(request, cancellationToken).GetAwaiter().GetResult();

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
                    await answer.Content.LoadIntoBufferAsync(cancellationToken);
                    if (answer.StatusCode == HttpStatusCode.OK && StatusOf(answer) == "0")
                    {
                        Answers++;
                        return answer;
                    }

                    answer.Dispose();
                }
                catch (Exception) when (!stop.IsCancellationRequested)
                {
                    // It is away, whatever the stack calls that.
                }

                Repeated();
                await Task.Delay(s_rest, stop);
            }
        }

        // Of gRPC, where an answer of 200 may be a refusal.
        private static string StatusOf(HttpResponseMessage answer)
        {
            const string name = "grpc-status";
            return answer.Headers.TryGetValues(name, out IEnumerable<string>? first) ? first.First()
                : answer.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? last) ? last.First()
                : "0";
        }
    }
}
