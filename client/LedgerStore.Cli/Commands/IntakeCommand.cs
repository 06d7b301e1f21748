// `ledger intake status`: what an intake counted, from its own address of operations. One thread.
using System.CommandLine;
using System.Text.Json;
using Grpc.Core;
using LedgerStore.Protocol;

namespace LedgerStore.Cli;

/// <summary>Looks at an intake.</summary>
internal static class IntakeCommand
{
    private const int AnswerBytesMax = 16 * 1024 * 1024;

    private static readonly string[] s_counts =
    [
        "received", "stored", "duplicate", "dropped", "flagged", "opaque", "refused", "later", "broken", "waiting",
        "spool_bytes",
    ];

    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "intake", "Look at an intake: what other systems send", [Status(builder)]);

    private static Command Status(CommandBuilder builder)
    {
        Option<string> address = new("--address")
        {
            Description = "What `operations` of its intake.yaml says",
            DefaultValueFactory = _ => "http://127.0.0.1:9465",
        };
        return builder.Make(
            "status",
            "Show what came from each source and what became of it; exit code 5 if one takes nothing\n\n"
            + "  ledger intake status\n"
            + "  ledger intake status --address http://127.0.0.1:9465 --json",
            [address],
            async run =>
            {
                using JsonDocument status = await AskAsync(run.Get(address)!, run.Cancellation).ConfigureAwait(false);
                JsonElement sources = status.RootElement.GetProperty("sources");
                if (run.IsJson)
                {
                    JsonOutput.Object(run, json =>
                    {
                        json.WritePropertyName("sources");
                        sources.WriteTo(json);
                    });
                }
                else
                {
                    Print(run, sources);
                }

                return sources.EnumerateArray().Any(IsStuck) ? ExitCode.ServerError : ExitCode.Done;
            });
    }

    private static async Task<JsonDocument> AskAsync(string address, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"--address: '{address}' is no http address", "for example http://127.0.0.1:9465");
        }

        using HttpClient http = new() { MaxResponseContentBufferSize = AnswerBytesMax };
        try
        {
            byte[] answer = await http.GetByteArrayAsync(new Uri(uri, "/status"), cancellation).ConfigureAwait(false);
            JsonDocument document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("sources", out JsonElement sources)
                && sources.ValueKind == JsonValueKind.Array
                    ? document
                    : throw new JsonException("it has no sources");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            throw RpcException.Of(StatusCode.Unavailable, $"no intake answers at {uri}: {error.Message}");
        }
    }

    private static bool IsStuck(JsonElement source) => source.TryGetProperty("problem", out _);

    private static void Print(Run run, JsonElement sources)
    {
        TextTable.Write(
            run,
            ["source", "kind", "ledger", .. s_counts],
            [
                .. sources.EnumerateArray().Select(source => (string[])
                [
                    TextOf(source, "source"), TextOf(source, "kind"), TextOf(source, "ledger"),
                    .. s_counts.Select(name => TextOf(source, name)),
                ]),
            ]);
        foreach (JsonElement source in sources.EnumerateArray().Where(IsStuck))
        {
            string seconds = TextOf(source, "away_seconds");
            run.Line($"problem: {TextOf(source, "source")}: for {seconds} s: {TextOf(source, "problem")}");
        }
    }

    private static string TextOf(JsonElement source, string name) =>
        source.TryGetProperty(name, out JsonElement value) ? value.ToString() : string.Empty;
}
