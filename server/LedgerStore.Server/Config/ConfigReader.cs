// From file and environment to a ServerConfig: collect texts, overlay, default, convert. Goes on after an error so that
// one run shows all of them. One thread, at start.
using LedgerStore.Policy;

namespace LedgerStore.Server.Config;

internal static class ConfigReader
{
    private const long MiB = 1024 * 1024;
    private const long GiB = 1024 * MiB;
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    public static ServerConfig Load(string? file, IReadOnlyDictionary<string, string> environment)
    {
        List<ConfigProblem> problems = [];
        Dictionary<Setting, ConfigValue> texts = file is null ? [] : ConfigFile.Read(file, problems);
        foreach (Setting setting in Settings.All)
        {
            if (environment.TryGetValue(setting.Variable, out string? text))
            {
                texts[setting] = ConfigValue.OfVariable(text, setting.Variable);
            }
        }

        RequireAll(file, texts, problems);
        ConfigConverter convert = new(texts, problems);
        ServerConfig config = Build(file, environment, convert);
        return problems.Count > 0 ? throw new ConfigException(problems) : config;
    }

    private static ServerConfig Build(
        string? file, IReadOnlyDictionary<string, string> environment, ConfigConverter convert) => new()
        {
            File = file is null ? null : Path.GetFullPath(file),
            Data = convert.Path(Settings.Data),
            Listen = convert.Address(Settings.Listen)!,
            PublicName = convert.Name(Settings.PublicName),
            GrpcWeb = convert.Choice(Settings.GrpcWeb) == Settings.Enabled,
            Tls = new TlsConfig(
                convert.Path(Settings.TlsCertificate),
                convert.Path(Settings.TlsKey),
                convert.Path(Settings.TlsClientCa)),
            SigningKey = convert.Path(Settings.SigningKey),
            Anchor = convert.Path(Settings.Anchor),
            Policy = convert.Path(Settings.Policy),
            CheckpointInterval = convert.Duration(Settings.CheckpointInterval, TimeSpan.FromMilliseconds(10), s_hour),
            JournalBudgetBytes = convert.Size(Settings.JournalBudget, 256 * MiB, 64 * GiB),
            ReadCacheBytes = convert.Size(Settings.ReadCache, MiB, 64 * GiB),
            ReserveBytes = convert.Size(Settings.Reserve, 8 * MiB, 64 * GiB),
            Cold = ColdConfig.Read(convert),
            TiersBytesPerSecond = convert.Size(Settings.TiersRate, MiB, 4 * GiB),
            TiersInterval = convert.Duration(Settings.TiersInterval, TimeSpan.FromSeconds(1), 24 * s_hour),
            ConnectionsMax = convert.Number(Settings.Connections, 1, 100_000),
            ConnectionsPerAddressMax = convert.Number(Settings.ConnectionsPerAddress, 1, 100_000),
            HandshakesPerSecond = convert.Number(Settings.HandshakesPerSecond, 4, 100_000),
            StreamsPerConnectionMax = convert.Number(Settings.StreamsPerConnection, 1, 4_096),
            StreamsPerIdentityMax = convert.Number(Settings.StreamsPerIdentity, 1, 100_000),
            StreamsMax = convert.Number(Settings.Streams, 1, 100_000),
            MetricsListen = convert.Address(Settings.MetricsListen),
            MetricsAccess = convert.Choice(Settings.MetricsAccess),
            MetricsOtlp = convert.Url(Settings.MetricsOtlp),
            Console = ConsoleConfig.Read(convert),
            LogLevel = convert.Choice(Settings.LogLevel),
            LogFormat = convert.Choice(Settings.LogFormat),
            ReloadInterval = convert.Duration(Settings.ReloadInterval, TimeSpan.FromMilliseconds(100), s_hour),
            ShutdownTimeout = convert.Duration(Settings.ShutdownTimeout, TimeSpan.Zero, s_hour),
            Warnings = [.. UnknownVariables(environment)],
        };

    private static void RequireAll(
        string? file, Dictionary<Setting, ConfigValue> texts, List<ConfigProblem> problems)
    {
        // A file that could not be understood at all would only repeat itself here.
        bool isReadable = problems.Count == 0 || texts.Count > 0;
        foreach (Setting setting in Settings.All.Where(s => s.IsRequired && isReadable && !texts.ContainsKey(s)))
        {
            problems.Add(new ConfigProblem(
                file ?? setting.Variable,
                $"{setting.Path} is missing",
                $"a {setting.Form}; also by the variable {setting.Variable}",
                ConfigException.BadConfiguration));
        }
    }

    // Not refused: orchestrators put variables for services of that name into every container.
    private static IEnumerable<string> UnknownVariables(IReadOnlyDictionary<string, string> environment)
    {
        HashSet<string> known = [.. Settings.All.Select(s => s.Variable)];
        return environment.Keys
            .Where(v => v.StartsWith(Setting.VariablePrefix, StringComparison.Ordinal) && !known.Contains(v))
            .Order(StringComparer.Ordinal)
            .Select(v => $"{v} is no setting. {PolicyFields.Suggest(v, known)}".TrimEnd());
    }
}
