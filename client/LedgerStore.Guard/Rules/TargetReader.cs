// Reads where alerts go. One thread, one file.

using System.Net;
using LedgerStore.Policy;

namespace LedgerStore.Guard;

/// <summary>From nodes to targets.</summary>
internal sealed class TargetReader(ValueReader values, string directory)
{
    private const int TargetsMax = 16;
    private const long Minute = 60 * Micros.Second;
    private const int PortMax = 65_535;

    public Targets Read(YamlNode node)
    {
        if (values.Group(node, "deliver", [], ["alertmanager", "webhook", "mail", "syslog", "heartbeat"])
            is not { } fields)
        {
            return Targets.None;
        }

        return new Targets
        {
            Alertmanagers = [.. Each(fields, "alertmanager", ["url"], ["token_file", "resend"], (one, what) =>
                new AlertmanagerTarget(
                    Url(one, what), PathOf(one, "token_file", what), values.Duration(one, "resend", what, Minute)))],
            Webhooks = [.. Each(fields, "webhook", ["url"], ["token_file"], Webhook)],
            Heartbeats = [.. Each(fields, "heartbeat", ["url"], ["token_file"], Webhook)],
            Mails = [.. Each(
                fields, "mail", ["host", "from", "to"], ["port", "tls", "ca", "user", "password_file"], Mail)],
            Syslogs = [.. Each(fields, "syslog", ["host"], ["port", "tls", "ca"], Syslog)],
        };
    }

    private WebhookTarget Webhook(Dictionary<string, YamlNode> one, string what) =>
        new(Url(one, what), PathOf(one, "token_file", what));

    private MailTarget Mail(Dictionary<string, YamlNode> one, string what)
    {
        string host = values.Text(one, "host", what) ?? "";
        MailTls tls = values.Choice(one, "tls", what, ["starttls", "implicit", "none"]) switch
        {
            "implicit" => MailTls.Implicit,
            "none" => MailTls.None,
            _ => MailTls.StartTls,
        };
        if (tls == MailTls.None && !IsLocal(host))
        {
            values.Wrong(one["tls"], $"{what}.tls: mail without TLS goes to this machine only", "starttls or implicit");
        }

        string? password = PathOf(one, "password_file", what);
        string? user = values.Text(one, "user", what);
        if ((user is null) != (password is null))
        {
            values.Wrong(one["host"], $"{what}: user and password_file go together", "");
        }

        int port = (int)values.Count(one, "port", what, PortMax, tls == MailTls.Implicit ? 465 : 587);
        return new MailTarget(
            host, port, tls, PathOf(one, "ca", what), user, password, Address(one, "from", what) ?? "",
            [
                .. values.Texts(one, "to", what).Where(to => IsAddress(to.Text, to.At, what))
                    .Select(static to => to.Text),
            ]);
    }

    private SyslogTarget Syslog(Dictionary<string, YamlNode> one, string what)
    {
        string host = values.Text(one, "host", what) ?? "";
        bool isTls = values.Choice(one, "tls", what, ["required", "none"]) != "none";
        if (!isTls && !IsLocal(host))
        {
            values.Wrong(one["tls"], $"{what}.tls: syslog without TLS goes to this machine only", "tls: required");
        }

        return new SyslogTarget(
            host, (int)values.Count(one, "port", what, PortMax, isTls ? 6514 : 514), isTls, PathOf(one, "ca", what));
    }

    private List<T> Each<T>(
        Dictionary<string, YamlNode> fields, string name, string[] required, string[] optional,
        Func<Dictionary<string, YamlNode>, string, T> make)
    {
        List<T> all = [];
        if (!fields.TryGetValue(name, out YamlNode? node)
            || values.Reader.Items(node, $"deliver.{name}") is not { } list)
        {
            return all;
        }

        if (list.Items.Count > TargetsMax)
        {
            values.Wrong(node, $"deliver.{name} has more than {TargetsMax} targets", "");
        }

        foreach (YamlNode item in list.Items.Take(TargetsMax))
        {
            if (values.Group(item, name, required, optional) is { } one)
            {
                all.Add(make(one, name));
            }
        }

        return all;
    }

    private Uri Url(Dictionary<string, YamlNode> one, string what)
    {
        string text = values.Text(one, "url", what) ?? "";
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.UserInfo.Length == 0
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && IsLocal(url.Host))))
        {
            return url;
        }

        values.Wrong(
            one["url"], $"{what}.url: {Quoted.Text(text)} is no https address without a password in it",
            "http goes to this machine only; a token is in token_file");
        return new Uri("https://unset");
    }

    private string? PathOf(Dictionary<string, YamlNode> one, string name, string what) =>
        values.Text(one, name, what) is { Length: > 0 } text ? Path.GetFullPath(text, directory) : null;

    private string? Address(Dictionary<string, YamlNode> one, string name, string what) =>
        values.Text(one, name, what) is { } text && IsAddress(text, one[name], what) ? text : null;

    private bool IsAddress(string text, YamlNode at, string what)
    {
        if (MimeKit.MailboxAddress.TryParse(text, out MimeKit.MailboxAddress? box) && box.Address.Contains('@'))
        {
            return true;
        }

        values.Wrong(at, $"{what}: {Quoted.Text(text)} is no mail address", "");
        return false;
    }

    private static bool IsLocal(string host) =>
        host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
