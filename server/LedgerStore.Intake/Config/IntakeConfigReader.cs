// Reads intake.yaml: strictly, and to the end, so that one look shows everything that is wrong. One thread.
using LedgerStore.Intake.Records;
using LedgerStore.Policy;

namespace LedgerStore.Intake.Config;

internal sealed class IntakeConfigReader
{
    private const long MiB = 1024 * 1024;
    private const long GiB = 1024 * MiB;
    private const string Whole = "the configuration";

    private readonly DiagnosticBag _bag = new("configuration", "state: <directory>");
    private readonly ConfigFields _fields;

    private IntakeConfigReader(string directory) => _fields = new ConfigFields(_bag, directory);

    /// <exception cref="IntakeConfigException">All that is wrong, each with its place.</exception>
    public static IntakeConfig Load(string file)
    {
        try
        {
            return Parse(File.ReadAllBytes(file), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IntakeConfigException([$"{file}: cannot be read: {error.Message} (name it with --config FILE)"]);
        }
    }

    /// <param name="file">For messages, and for paths that are relative.</param>
    /// <exception cref="IntakeConfigException">All that is wrong, each with its place.</exception>
    public static IntakeConfig Parse(ReadOnlySpan<byte> utf8, string file)
    {
        IntakeConfigReader reading = new(Path.GetDirectoryName(Path.GetFullPath(file))!);
        IntakeConfig? config = reading.Read(utf8);
        string[] problems = [.. reading._bag.InOrder()
            .Where(each => each.Severity == PolicySeverity.Error)
            .Select(each => $"{file}:{each.Line}:{each.Column}: {each.Message}"
                + (each.Hint.Length == 0 ? "" : $" ({each.Hint})"))];
        return config is null || problems.Length > 0 ? throw new IntakeConfigException(problems) : config;
    }

    private IntakeConfig? Read(ReadOnlySpan<byte> utf8)
    {
        YamlNode? root = PolicyText.Decode(utf8, _bag) is { } text ? YamlReader.Read(text, _bag) : null;
        if (root is null || _fields.Group(
            root, Whole, ["state", "store", "sources"],
            ["tls", "operations", "memory", "answer_within", "spool"]) is not { } fields)
        {
            return null;
        }

        TlsFiles? tls = fields.TryGetValue("tls", out YamlNode? listeners) ? ReadTls(listeners) : null;
        long spool = _fields.Size(fields, "spool", Whole, otherwise: GiB, min: MiB, max: 1024 * GiB);
        SourceReader sources = new(_bag, _fields, tls, spool);
        return new IntakeConfig
        {
            State = _fields.Path(fields, "state", Whole),
            Store = ReadStore(fields["store"]),
            Tls = tls,
            Operations = _fields.Address(fields, "operations", Whole),
            MemoryBytes = _fields.Size(
                fields, "memory", Whole, otherwise: 256 * MiB, min: 2L * IntakeLimits.BodyBytes, max: 64 * GiB),
            AnswerWithin = _fields.Duration(
                fields, "answer_within", Whole, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100),
                TimeSpan.FromMinutes(10)),
            Sources = sources.Read(fields["sources"]),
        };
    }

    private StoreConfig ReadStore(YamlNode node)
    {
        StoreConfig none = new(new Uri("https://unset"), "", "", "", null);
        if (_fields.Group(node, "store", ["address", "certificate", "key", "ca"], ["name"]) is not { } fields)
        {
            return none;
        }

        string text = _fields.Text(fields, "address", "store") ?? string.Empty;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttps)
        {
            _fields.Wrong(
                fields["address"], $"store.address: {Quoted.Text(text)} is no https address",
                "for example https://ledger.example.org:7443");
            return none;
        }

        return new StoreConfig(
            address,
            _fields.Path(fields, "certificate", "store"),
            _fields.Path(fields, "key", "store"),
            _fields.Path(fields, "ca", "store"),
            _fields.Text(fields, "name", "store"));
    }

    private TlsFiles? ReadTls(YamlNode node) =>
        _fields.Group(node, "tls", ["certificate", "key"], ["client_ca"]) is { } fields
            ? new TlsFiles(
                _fields.Path(fields, "certificate", "tls"),
                _fields.Path(fields, "key", "tls"),
                _fields.OptionalPath(fields, "client_ca", "tls"))
            : null;
}
