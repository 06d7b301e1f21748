// What the guard sees, as Prometheus text on an address of this machine. Its own task; it reads, and changes nothing.

using System.Globalization;
using System.Net;
using System.Text;

namespace LedgerStore.Guard;

/// <summary>Serves <c>/metrics</c>.</summary>
internal sealed class MetricsDoor : IDisposable
{
    private readonly HttpListener _listener = new();

    /// <exception cref="GuardException">The address is not of this machine, or taken.</exception>
    public MetricsDoor(IPEndPoint address)
    {
        if (!IPAddress.IsLoopback(address.Address))
        {
            throw new GuardException(
                $"metrics name ledgers and rules: {address} is not an address of this machine only; for example "
                + "127.0.0.1:9466");
        }

        _listener.Prefixes.Add($"http://{address}/");
        try
        {
            _listener.Start();
        }
        catch (HttpListenerException taken)
        {
            throw new GuardException($"metrics cannot be served on {address}: {taken.Message}", taken);
        }
    }

    /// <summary>Answers until it is disposed.</summary>
    public async Task RunAsync(Guard guard)
    {
        while (true)
        {
            try
            {
                HttpListenerContext call = await _listener.GetContextAsync().ConfigureAwait(false);
                byte[] text = Encoding.UTF8.GetBytes(
                    call.Request.Url?.AbsolutePath == "/metrics" ? Text(guard) : "see /metrics\n");
                call.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                await call.Response.OutputStream.WriteAsync(text).ConfigureAwait(false);
                call.Response.Close();
            }
            catch (Exception closed) when (closed is ObjectDisposedException or HttpListenerException
                or InvalidOperationException or IOException)
            {
                if (!_listener.IsListening)
                {
                    return;
                }
            }
        }
    }

    public void Dispose() => _listener.Close();

    private static string Text(Guard guard)
    {
        StringBuilder text = new();
        Begin(text, "ledger_guard_watching", "1 while every ledger that rules name is followed");
        Line(text, "ledger_guard_watching", guard.IsWatching ? 1 : 0);
        Begin(text, "ledger_alert_firing", "alerts that fire now, by rule and ledger");
        foreach (var one in guard.Board.Firing.GroupBy(static alert => (alert.Rule, alert.Severity, alert.Ledger))
            .OrderBy(static group => group.Key.Rule, StringComparer.Ordinal))
        {
            Line(
                text, "ledger_alert_firing", one.Count(), ("rule", one.Key.Rule),
                ("severity", AlertJson.NameOf(one.Key.Severity)), ("ledger", one.Key.Ledger));
        }

        Begin(text, "ledger_guard_next_index", "the entry that is looked at next");
        foreach (FollowerStatus one in guard.Followers)
        {
            Line(text, "ledger_guard_next_index", one.Next, ("ledger", one.Ledger));
        }

        Begin(text, "ledger_guard_silent_seconds", "how long nothing was heard of a ledger's server");
        foreach (FollowerStatus one in guard.Followers)
        {
            Line(text, "ledger_guard_silent_seconds", one.SilentFor.TotalSeconds, ("ledger", one.Ledger));
        }

        Begin(text, "ledger_guard_undelivered_seconds", "how long a target took nothing; 0: it has all");
        foreach (DeliveryStatus one in guard.Deliveries)
        {
            Line(text, "ledger_guard_undelivered_seconds", one.FailingFor?.TotalSeconds ?? 0, ("target", one.Name));
        }

        return text.ToString();
    }

    private static void Begin(StringBuilder text, string name, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");

    private static void Line(
        StringBuilder text, string name, double value, params (string Name, string Value)[] labels)
    {
        string shown = string.Join(',', labels.Select(static one => $"{one.Name}=\"{Escape(one.Value)}\""));
        _ = text.Append(
            CultureInfo.InvariantCulture, $"{name}{(shown.Length > 0 ? "{" + shown + "}" : "")} {value}\n");
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
