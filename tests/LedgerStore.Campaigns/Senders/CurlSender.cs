// curl: lines of JSON, with and without a name for each request, and events for Splunk's collector. One process for
// each request; success is its exit code 0.
using System.Diagnostics;
using System.Text;

namespace LedgerStore.Campaigns.Senders;

/// <summary>What somebody with curl sends.</summary>
/// <param name="kind"><c>json</c> or <c>splunk</c>.</param>
/// <param name="isNamed">Each request has an Idempotency-Key.</param>
internal sealed class CurlSender(SenderPlace place, string kind, bool isNamed) : BatchSender(place)
{
    public override string Kind => kind;

    public override bool HasIds => isNamed;

    protected override async Task<bool> TrySendAsync(int first, int count, CancellationToken stop)
    {
        bool isSplunk = kind == "splunk";
        StringBuilder body = new();
        for (int i = first; i < first + count; i++)
        {
            body.Append(isSplunk
                ? $"{{\"time\":{i},\"host\":\"web1\",\"event\":{{\"what\":\"login\",\"number\":\"#{i}#\"}}}}\n"
                : $"{{\"who\":\"anna\",\"what\":\"login\",\"number\":\"#{i}#\"}}\n");
        }

        List<string> words =
        [
            "--silent", "--fail", "--cacert", Place.CaFile, "--data-binary", "@-", "--output", "/dev/null",
            "--header", $"Authorization: {(isSplunk ? "Splunk" : "Bearer")} {SenderPlace.Token}",
            "--header", $"Content-Type: {(isSplunk ? "application/json" : "application/x-ndjson")}",
        ];
        if (isNamed)
        {
            words.AddRange(["--header", $"Idempotency-Key: batch-{first}"]);
        }

        words.Add(new Uri(Place.Address, isSplunk ? "/services/collector/event" : "/").ToString());
        using Process curl = Process.Start(new ProcessStartInfo("curl", words)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        try
        {
            await curl.StandardInput.WriteAsync(body, stop);
            curl.StandardInput.Close();
        }
        catch (IOException)
        {
            // It found nobody there, and ended without reading.
        }

        await curl.WaitForExitAsync(stop);
        return curl.ExitCode == 0;
    }
}
