// Refuses configurations that would run and be unsafe, each with the reason. Looks at modes and places of files, and
// changes nothing. One thread, at start.
using LedgerStore.Durable;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Server.Config;

internal sealed class ConfigSafety
{
    private readonly ServerConfig _config;
    private readonly List<ConfigProblem> _problems = [];

    private ConfigSafety(ServerConfig config)
    {
        _config = config;
    }

    /// <exception cref="ConfigException">All that is unsafe.</exception>
    public static void Check(ServerConfig config, ServeMode mode)
    {
        ConfigSafety safety = new(config);
        safety.Keys();
        safety.Writers();
        safety.Places();
        safety.Listeners(mode);
        safety.Cold();
        safety.Console(mode);
        if (safety._problems.Count > 0)
        {
            throw new ConfigException(safety._problems);
        }
    }

    /// <summary>What is wrong with the modes of files that are not read again while the server runs, and with the
    /// directory; looked at from time to time.</summary>
    public static IReadOnlyList<ConfigProblem> ModesNow(ServerConfig config)
    {
        ConfigSafety safety = new(config);
        safety.SigningKey();
        safety.Configuration();
        safety.DataDirectory();
        return safety._problems;
    }

    private void Keys()
    {
        SigningKey();
        Secret(_config.Tls.Key, "the TLS key", ConfigException.BadConfiguration,
            "with it anybody can pose as this server");
        if (_config.Console?.Oidc.ClientSecretFile is { } secret)
        {
            Secret(secret, "the client secret", ConfigException.BadConfiguration,
                "with it anybody can pose as this server before the provider");
        }
    }

    private void SigningKey() => Secret(
        _config.SigningKey,
        "the signing key",
        ConfigException.BadSigningKey,
        "with it anybody can sign a false history");

    private void Secret(string path, string what, int exitCode, string reason)
    {
        if (ModeOf(path, what, exitCode) is { } mode && FileModes.OwnersAlone.IsBroken(mode))
        {
            Report(path, $"{what} is not its owner's alone (mode {FileModesCheck.Octal(mode)}): {reason}",
                $"chmod 600 {path}, and think about who has read it", exitCode);
        }
    }

    // Whoever writes these files decides who is trusted.
    private void Writers()
    {
        foreach ((string path, string what) in new[]
        {
            (_config.Policy, "the policy"),
            (_config.Tls.ClientCa, "the bundle of client authorities"),
            (_config.Tls.Certificate, "the server certificate"),
        })
        {
            NotWritable(path, what);
        }

        Configuration();
        DataDirectory();
    }

    private void Configuration()
    {
        if (_config.File is { } file)
        {
            NotWritable(file, "the configuration");
        }
    }

    private void DataDirectory()
    {
        if (Directory.Exists(_config.Data) && !OperatingSystem.IsWindows()
            && FileModes.OthersReadOnly.IsBroken(File.GetUnixFileMode(_config.Data)))
        {
            Report(_config.Data, "others may write to the data directory", $"chmod go-w {_config.Data}");
        }
    }

    private void NotWritable(string path, string what)
    {
        if (ModeOf(path, what, ConfigException.BadConfiguration) is { } mode
            && FileModes.OthersReadOnly.IsBroken(mode))
        {
            Report(
                path,
                $"others may write {what} (mode {FileModesCheck.Octal(mode)}): they could decide who is trusted",
                $"chmod go-w {path}");
        }
    }

    // A copy or a rollback of the data must not take along what shows that it was copied or rolled back.
    private void Places()
    {
        string data = RealPath.Of(_config.Data);
        (string Path, string What)[] secrets = _config.Console?.Oidc.ClientSecretFile is { } secret
            ? [(secret, "the client secret")]
            : [];
        foreach ((string path, string what) in secrets.Concat(
        [
            (_config.SigningKey, "the signing key"),
            (_config.Anchor, "the anchor"),
            (_config.Policy, "the policy"),
            (_config.Tls.Key, "the TLS key"),
            (_config.Tls.Certificate, "the server certificate"),
            (_config.Tls.ClientCa, "the bundle of client authorities"),
        ]))
        {
            string real = RealPath.Of(path);
            if (real == data || real.StartsWith(data + "/", StringComparison.Ordinal))
            {
                Report(path, $"{what} is inside the data directory {_config.Data}: who copies or rolls back the data"
                    + " would take it along", "move it elsewhere");
            }
        }
    }

    private void Listeners(ServeMode mode)
    {
        bool isForLoopback = mode == ServeMode.Development || _config.MetricsAccess == MetricsDoor.Loopback;
        if (_config.MetricsListen is { } metrics && isForLoopback && !System.Net.IPAddress.IsLoopback(metrics.Address))
        {
            Report("metrics.listen", $"metrics at {metrics} would be served without TLS to other machines",
                "use a loopback address or metrics.otlp, or say with metrics.access how they are protected there:"
                + $" {MetricsDoor.MutualTls}, or {MetricsDoor.PlainForEverybody} if they need not be");
        }

        if (mode == ServeMode.Development && !System.Net.IPAddress.IsLoopback(_config.Listen.Address))
        {
            Report("listen", $"a development server listens on loopback only, not on {_config.Listen}",
                "its keys lie around; use `serve` for other machines");
        }
    }

    private void Console(ServeMode mode)
    {
        if (_config.Console is not { } console)
        {
            return;
        }

        if (mode == ServeMode.Development && !System.Net.IPAddress.IsLoopback(console.Listen.Address))
        {
            Report("console.listen", $"a development server listens on loopback only, not on {console.Listen}",
                "its keys lie around; use `serve` for other machines");
        }

        if (console.Listen.Equals(_config.Listen))
        {
            Report("console.listen", $"{console.Listen} is where gRPC is served; the page asks for no certificate",
                "give it a port of its own");
        }
    }

    private void Cold()
    {
        if (_config.Cold?.Bucket?.Endpoint is { IsLoopback: false, Scheme: "http" } endpoint)
        {
            Report("cold.endpoint", $"records would travel to {endpoint.Authority} in the open", "use https");
        }

        if (_config.Cold?.Directory is { } directory)
        {
            string real = RealPath.Of(directory);
            string data = RealPath.Of(_config.Data);
            if (real == data || real.StartsWith(data + "/", StringComparison.Ordinal))
            {
                Report(directory, $"the cold directory is inside the data directory {_config.Data}: it is for another"
                    + " volume", "move it elsewhere");
            }
        }
    }

    private UnixFileMode? ModeOf(string path, string what, int exitCode)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            using SafeFileHandle file = RegularFile.Open(path);
            return File.GetUnixFileMode(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Report(path, $"{what} cannot be read: {error.Message}", "", exitCode);
            return null;
        }
    }

    private void Report(string place, string message, string hint) =>
        Report(place, message, hint, ConfigException.BadConfiguration);

    private void Report(string place, string message, string hint, int exitCode) =>
        _problems.Add(new ConfigProblem(place, message, hint, exitCode));
}
