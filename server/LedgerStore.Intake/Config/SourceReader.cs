// Reads the sources of intake.yaml, and what must hold between them. One thread.
using System.Collections.Immutable;
using System.Net;
using LedgerStore.Policy;

namespace LedgerStore.Intake.Config;

/// <param name="tls">What listeners have; null: none may be reached from elsewhere.</param>
/// <param name="spoolBytes">What a source has that says nothing.</param>
internal sealed class SourceReader(DiagnosticBag bag, ConfigFields fields, TlsFiles? tls, long spoolBytes)
{
    private const long MiB = 1024 * 1024;
    private const int ProfileLengthMax = 48;

    // In the place of a path: nothing else may be at this address.
    private const string Alone = "*";
    private static readonly string[] s_duplicates = ["id", "body"];

    public ImmutableArray<SourceConfig> Read(YamlNode node)
    {
        if (fields.Reader.Map(node, "sources") is not { } map)
        {
            return [];
        }

        if (map.Fields.Count == 0)
        {
            fields.Wrong(node, "sources is empty", "an intake without a source has nothing to do");
        }

        List<SourceConfig> sources = [];
        Dictionary<(string Address, string Path), string> taken = [];
        foreach ((YamlText key, YamlNode value) in map.Fields)
        {
            if (fields.Reader.Name(key, "a source") is { } name && ReadOne(name, value) is { } source)
            {
                CheckPlace(source, value, taken);
                sources.Add(source);
            }
        }

        return [.. sources];
    }

    private SourceConfig? ReadOne(string name, YamlNode node)
    {
        string what = $"sources.{name}";
        if (fields.Group(
            node, what, ["kind", "ledger"],
            ["listen", "path", "profile", "spool", "duplicates", "auth", "file", "noise"]) is not { } found
            || fields.Choice(found, "kind", what, SourceKinds.Words) is not { } word
            || SourceKinds.Of(word) is not { } kind)
        {
            return null;
        }

        string profile = fields.Text(found, "profile", what) ?? word;
        if (profile.Length > ProfileLengthMax || !Names.IsName(profile))
        {
            fields.Wrong(
                found["profile"], $"{what}.profile: {Quoted.Text(profile)} is no name of a profile",
                $"names are {Names.Form}, here of at most {ProfileLengthMax} letters");
        }

        string ledger = fields.Text(found, "ledger", what) ?? string.Empty;
        if (!Names.IsName(ledger))
        {
            fields.Wrong(
                found["ledger"],
                $"{what}.ledger: {Quoted.Text(ledger)} is no name of a ledger",
                $"names are {Names.Form}");
        }

        return new SourceConfig
        {
            Name = name,
            Kind = kind,
            Ledger = ledger,
            Profile = profile,
            Listen = fields.Address(found, "listen", what),
            Path = ReadPath(found, what, kind),
            File = fields.Path(found, "file", what),
            SpoolBytes = fields.Size(found, "spool", what, spoolBytes, MiB, 1024L * 1024 * MiB),
            IsKnownByBody = fields.Choice(found, "duplicates", what, s_duplicates) == "body",
            Noise = found.TryGetValue("noise", out YamlNode? noise)
                ? new NoiseReader(fields).Read(noise, what, kind)
                : null,
            Auth = found.TryGetValue("auth", out YamlNode? auth) ? ReadAuth(auth, what) : AuthConfig.None,
        };
    }

    private string ReadPath(Dictionary<string, YamlNode> found, string what, SourceKind kind)
    {
        string path = fields.Text(found, "path", what) ?? string.Empty;
        bool isPath = path.Length > 1 && path[0] == '/' && path[^1] != '/'
            && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.');
        if (path.Length > 0 && (!isPath || !kind.IsHttp()))
        {
            fields.Wrong(
                found["path"], $"{what}.path: {Quoted.Text(path)} is no path for this kind", "for example /app");
        }

        return path;
    }

    private AuthConfig ReadAuth(YamlNode node, string source)
    {
        string what = $"{source}.auth";
        if (fields.Group(node, what, [], ["certificates", "tokens", "hmac"]) is not { } found)
        {
            return AuthConfig.None;
        }

        return new AuthConfig(
            found.TryGetValue("certificates", out YamlNode? names) ? ReadCertificates(names, what) : [],
            found.TryGetValue("tokens", out YamlNode? tokens)
                ? ReadTokens(tokens, what)
                : ImmutableDictionary<string, string>.Empty,
            found.TryGetValue("hmac", out YamlNode? hmac) ? ReadHmac(hmac, what) : null);
    }

    private ImmutableArray<string> ReadCertificates(YamlNode node, string what)
    {
        List<string> names = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (YamlNode item in fields.Reader.Items(node, $"{what}.certificates")?.Items ?? [])
        {
            if (fields.Reader.Text(item, $"{what}.certificates") is { } name
                && fields.Reader.IsFirst(seen, name, item.At))
            {
                names.Add(name.StartsWith("sha256:", StringComparison.Ordinal) ? HashOf(name, item, what) : name);
            }
        }

        return [.. names];
    }

    private ImmutableDictionary<string, string> ReadTokens(YamlNode node, string what)
    {
        Dictionary<string, string> tokens = new(StringComparer.Ordinal);
        foreach ((YamlText key, YamlNode value) in fields.Reader.Map(node, $"{what}.tokens")?.Fields ?? [])
        {
            if (fields.Reader.Name(key, "a sender") is { } name
                && fields.Reader.Text(value, $"{what}.tokens.{name}") is { } hash)
            {
                string digits = HashOf(hash, value, what)["sha256:".Length..];
                if (!tokens.TryAdd(digits, name))
                {
                    fields.Wrong(
                        value, $"{what}: two senders have the same token", "who sent something would be unknown");
                }
            }
        }

        return tokens.ToImmutableDictionary();
    }

    private string HashOf(string text, YamlNode node, string what)
    {
        string digits = text.StartsWith("sha256:", StringComparison.Ordinal) ? text["sha256:".Length..] : "";
        if (digits.Length == 64 && digits.All(char.IsAsciiHexDigit))
        {
            return "sha256:" + digits.ToLowerInvariant();
        }

        fields.Wrong(
            node, $"{what}: this is no SHA-256", "write sha256: and 64 digits, as `printf %s TOKEN | sha256sum` says");
        return "sha256:" + new string('0', 64);
    }

    private HmacConfig? ReadHmac(YamlNode node, string source)
    {
        string what = $"{source}.hmac";
        if (fields.Group(node, what, ["sender", "secret_file"], ["header"]) is not { } found)
        {
            return null;
        }

        string file = fields.Path(found, "secret_file", what);
        try
        {
            byte[] secret = Pki.PkiFiles.ReadBytes(file);
            int length = secret.AsSpan().TrimEnd("\r\n"u8).Length;
            if (length < 16)
            {
                fields.Wrong(found["secret_file"], $"{what}: a secret of {length} bytes is too short", "at least 16");
            }

            return new HmacConfig(
                fields.Text(found, "sender", what) ?? string.Empty,
                [.. secret.AsSpan(0, length)],
                fields.Text(found, "header", what) ?? "X-Hub-Signature-256");
        }
        catch (Pki.PkiException error)
        {
            fields.Wrong(found["secret_file"], $"{what}: {error.Message}", "");
            return null;
        }
    }

    private void CheckFile(SourceConfig source, YamlNode node, string what)
    {
        if (source.Kind != SourceKind.File || source.File.Length == 0)
        {
            bag.Error("value", node.At, $"{what}: \"file\" belongs to the kind file, and only to it", "");
        }

        if (source.Listen is not null || !source.Auth.IsEmpty)
        {
            bag.Error("value", node.At, $"{what} reads a file: nobody connects to it", "leave out listen and auth");
        }
    }

    private void CheckPlace(
        SourceConfig source, YamlNode node, Dictionary<(string Address, string Path), string> taken)
    {
        string what = $"sources.{source.Name}";
        if (source.Kind == SourceKind.File || source.File.Length > 0)
        {
            CheckFile(source, node, what);
            return;
        }

        if (source.Listen is null)
        {
            bag.Error("missing", node.At, $"{what} needs \"listen\"", "for example 0.0.0.0:8443");
            return;
        }

        if (tls is null && !IPAddress.IsLoopback(source.Listen.Address))
        {
            bag.Error(
                "unsafe", node.At,
                $"{what}: a listener without TLS that others can reach is refused: tokens and records would "
                + "travel in the open", "give tls: { certificate: ..., key: ... }, or listen on 127.0.0.1");
        }

        if (source.Auth.IsEmpty)
        {
            bag.Error(
                "unsafe", node.At, $"{what} takes events from everybody", "give auth: certificates, tokens or hmac");
        }

        if (!source.Kind.IsHttp() && (tls is null || source.Auth.Certificates.IsEmpty))
        {
            bag.Error(
                "missing", node.At, $"{what}: senders of this kind are known by their certificates",
                "give tls, and auth: { certificates: [...] }");
        }

        if (!source.Auth.Certificates.IsEmpty && tls?.ClientCa is null)
        {
            bag.Error(
                "missing", node.At, $"{what}: certificates of senders need an authority", "give tls.client_ca");
        }

        string address = source.Listen.ToString();
        if (source.Listen.Port != 0 && !source.Kind.IsHttp() && taken.Keys.Any(key => key.Address == address))
        {
            bag.Error(
                "duplicate", node.At, $"{what} listens where another source does",
                "this kind needs an address of its own");
        }
        else if (source.Listen.Port != 0 && taken.TryGetValue((address, Alone), out string? alone))
        {
            bag.Error(
                "duplicate", node.At, $"{what} listens where {alone} does", "this kind needs an address of its own");
        }
        else if (source.Listen.Port != 0
            && !taken.TryAdd((address, source.Kind.IsHttp() ? source.Path : Alone), source.Name))
        {
            bag.Error(
                "duplicate", node.At,
                $"{what} listens where {taken[(address, source.Path)]} does",
                "give it a path of its own");
        }
    }
}
