// server.yaml and the environment: what is understood, what wins, and what every mistake says and where.
using LedgerStore.Server.Config;
using Xunit;

namespace LedgerStore.Tests.Configuration;

public sealed class ServerConfigTests : IDisposable
{
    private static readonly Dictionary<string, string> s_none = [];
    private readonly ConfigDirectory _directory = new();

    public static TheoryData<string, string> Mistakes() => new()
    {
        { "", "1:1: the file is empty (it begins with \"data: <directory>\")" },
        { "- a", "1:1: the configuration must be a mapping, not a list" },
        { "dat: x", "1:1: the configuration has no field \"dat\" (did you mean \"data\"?)" },
        { "data: x\ndata: y", "2:1: \"data\" is here a second time (the first is in line 1)" },
        { "data: &a x", "1:7: anchors (&) are not allowed in a configuration (write it out in full)" },
        { "data:", "1:6: data is missing its value (put it in quotes)" },
        { "data: [x]", "1:7: data must be text, not a list" },
        { "tls: { cert: x }", "1:8: tls has no field \"cert\" (known: certificate, key, client_ca)" },
        { "tls: { certificate: { a: b } }", "1:21: tls.certificate must be text, not a mapping" },
        { "tls: off", "1:6: a listener without TLS is refused: who calls would not be known, and records would travel"
            + " in the open (tls: { certificate: ..., key: ..., client_ca: ... })" },
        { "listen: http://0.0.0.0:80", "1:9: listen: \"http://0.0.0.0:80\" asks for a listener without TLS, which is"
            + " refused: who calls would not be known, and records would travel in the open (write address:port)" },
        { "listen: localhost:80", "1:9: listen: \"localhost:80\" is no IP address with a port"
            + " (for example 0.0.0.0:7443 or [::1]:7443)" },
        { "listen: 1.2.3.4", "1:9: listen: \"1.2.3.4\" is no IP address with a port"
            + " (for example 0.0.0.0:7443 or [::1]:7443)" },
        { "listen: ::1:7443", "1:9: listen: \"::1:7443\" is no IP address with a port"
            + " (for example 0.0.0.0:7443 or [::1]:7443)" },
        { "listen: 1.2.3.4:99999", "1:9: listen: \"1.2.3.4:99999\" is no IP address with a port"
            + " (for example 0.0.0.0:7443 or [::1]:7443)" },
        { "public_name: https://a.org", "1:14: public_name: \"https://a.org\" is no name for origins (a DNS name,"
            + " perhaps with a path, at most 190 characters: ledger.example.org)" },
        { "checkpoint_interval: 5", "1:22: checkpoint_interval: \"5\" is no number with ms, s, m or h"
            + " (for example 100ms)" },
        { "checkpoint_interval: 1ms", "1:22: checkpoint_interval: \"1ms\" is out of range"
            + " (How often a ledger that grew gets a signed checkpoint, 10ms to 1h.)" },
        { "journal: { budget: 1GB }", "1:20: journal.budget: \"1GB\" is no number with KiB, MiB or GiB"
            + " (for example 1GiB)" },
        { "journal: { budget: 99999999999999999GiB }", "1:20: journal.budget: \"99999999999999999GiB\" is out of range"
            + " (Disk space for the journal, 256MiB to 64GiB.)" },
        { "limits: { connections: 0 }", "1:24: limits.connections: \"0\" is out of range"
            + " (Connections at a time, 1 to 100000; more are closed at once.)" },
        { "limits: { connections: -1 }", "1:24: limits.connections: \"-1\" is no number (for example 4096)" },
        { "log: { level: loud }", "1:15: log.level: \"loud\" is not one of the choices"
            + " (trace, debug, information, warning, error)" },
        { "metrics: { otlp: x }", "1:18: metrics.otlp: \"x\" is no http or https address"
            + " (for example http://127.0.0.1:4317)" },
    };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_with_what_is_required_gets_the_defaults()
    {
        ServerConfig config = _directory.Load();
        Assert.Equal(_directory.In("data"), config.Data);
        Assert.Equal(_directory.In("pki/server.key"), config.Tls.Key);
        Assert.Equal(_directory.In("anchor"), config.Anchor);
        Assert.Equal("127.0.0.1:0", config.Listen.ToString());
        Assert.Equal(TimeSpan.FromMilliseconds(100), config.CheckpointInterval);
        Assert.Equal(1L << 30, config.JournalBudgetBytes);
        Assert.Equal(TimeSpan.FromSeconds(1), config.ReloadInterval);
        Assert.Null(config.MetricsListen);
        Assert.Empty(config.Warnings);
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_is_relative_to_the_working_directory()
    {
        ServerConfig config = _directory.Load(new()
        {
            ["LEDGERSTORE_DATA"] = "elsewhere",
            ["LEDGERSTORE_TLS_CERTIFICATE"] = "/x.pem",
            ["LEDGERSTORE_JOURNAL_BUDGET"] = "512MiB",
            ["LEDGERSTORE_METRICS_LISTEN"] = "[::1]:9464",
        });
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "elsewhere"), config.Data);
        Assert.Equal("/x.pem", config.Tls.Certificate);
        Assert.Equal(512L << 20, config.JournalBudgetBytes);
        Assert.Equal("[::1]:9464", config.MetricsListen!.ToString());
    }

    [Fact]
    public void The_environment_alone_is_enough_for_every_setting()
    {
        // A bucket and a directory contradict each other; the test of the cold tier has the directory.
        IEnumerable<Setting> settings = Settings.All.Where(s => s != Settings.ColdDirectory);
        Dictionary<string, string> environment = settings.ToDictionary(s => s.Variable, s => s.Kind switch
        {
            SettingKind.Bucket => "audit-cold",
            SettingKind.Region => "eu-central-1",
            SettingKind.Prefix => "audit/prod",
            SettingKind.Address => "127.0.0.1:1",
            SettingKind.Url when s == Settings.ConsoleAddress => "https://localhost:8443",
            SettingKind.Text => s.Default ?? "word",
            SettingKind.Url => "http://localhost:4317",
            SettingKind.Name => "ledger.example.org",
            SettingKind.File or SettingKind.Directory => "/place/" + s.Path,
            _ => s.Default!,
        });
        ServerConfig config = ServerConfig.Load(null, environment);
        Assert.Null(config.File);
        Assert.Equal("/place/tls.client_ca", config.Tls.ClientCa);
        Assert.Equal(new Uri("http://localhost:4317"), config.MetricsOtlp);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_says_where_it_is_and_what_to_do(string text, string expected)
    {
        string file = _directory.In("server.yaml");
        File.WriteAllText(file, text);
        ConfigException error = Assert.Throws<ConfigException>(() => _directory.Load());
        Assert.Equal(2, error.ExitCode);
        string[] messages = [.. error.Problems.Select(p => p.ToString())];
        Assert.Contains($"{file}:{expected}", messages);
    }

    [Fact]
    public void Everything_that_is_missing_is_said_at_once()
    {
        ConfigException error = Assert.Throws<ConfigException>(() => ServerConfig.Load(null, s_none));
        Assert.Equal(Settings.All.Count(s => s.IsRequired), error.Problems.Length);
        Assert.Contains(error.Problems, p => p.ToString()
            == "LEDGERSTORE_DATA: data is missing (a directory; also by the variable LEDGERSTORE_DATA)");
    }

    [Fact]
    public void A_mistake_in_a_variable_names_the_variable()
    {
        ConfigException error = Assert.Throws<ConfigException>(
            () => _directory.Load(new() { ["LEDGERSTORE_LISTEN"] = "x" }));
        Assert.Equal("LEDGERSTORE_LISTEN", Assert.Single(error.Problems).Place);
    }

    [Fact]
    public void A_variable_that_no_setting_has_is_a_warning()
    {
        ServerConfig config = _directory.Load(new() { ["LEDGERSTORE_DATTA"] = "x", ["OTHER"] = "y" });
        Assert.Equal("LEDGERSTORE_DATTA is no setting. did you mean \"LEDGERSTORE_DATA\"?",
            Assert.Single(config.Warnings));
    }

    [Fact]
    public void A_file_that_is_not_there_is_one_problem()
    {
        ConfigException error = Assert.Throws<ConfigException>(
            () => ServerConfig.Load(_directory.In("no.yaml"), s_none));
        Assert.Contains("cannot be read", Assert.Single(error.Problems).Message, StringComparison.Ordinal);
    }
}
