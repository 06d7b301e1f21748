// What a run works with: the profile, and over it the environment, and over that the command line. Immutable.
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>The settings of one run.</summary>
internal sealed class Settings
{
    private readonly Func<string, string?> _given;

    private Settings(string configFile, Profile? profile, Func<string, string?> given)
    {
        ConfigPath = configFile;
        Profile = profile;
        _given = given;
    }

    /// <summary>The configuration file, whether it is there or not.</summary>
    public string ConfigPath { get; }

    public Profile? Profile { get; }

    /// <summary>The vkeys that are trusted.</summary>
    public string TrustPath => Beside("trust");

    /// <summary>Where verifiers remember what they have seen.</summary>
    public string StateDirectory => Beside("state");

    public string? Server => Get("server");

    public string? Ca => Get("ca");

    public string? ServerName => Get("server_name");

    public string? PublicName => Get("public_name");

    /// <param name="environment">The process's.</param>
    /// <param name="line">What the command line says, by field.</param>
    public static Settings Load(Func<string, string?> environment, Func<string, string?> line)
    {
        string? Given(string field) => line(field) ?? NonEmpty(environment(field switch
        {
            "certificate" => "LEDGER_CERT",
            _ => "LEDGER_" + field.ToUpperInvariant(),
        }));

        string path = Given("config") ?? DefaultPath(environment);
        bool isNamed = Given("config") is not null;
        if (isNamed && Directory.Exists(path))
        {
            path = Path.Combine(path, "config.yaml");
        }

        path = Path.GetFullPath(path);
        ConfigFile file = File.Exists(path) ? ConfigFile.Read(path) : ConfigFile.Empty;
        return new Settings(path, FindProfile(path, file, Given("profile")), Given);
    }

    /// <summary>The files of the client that has a capability: certificate and key; null: none is configured.</summary>
    public (string Certificate, string? Key)? ClientFor(Capability capability)
    {
        string? name = _given("as");
        if (name is null && _given("certificate") is { } certificate)
        {
            return (certificate, _given("key"));
        }

        string? directory = Profile?.Get("clients");
        if (name is not null && directory is null)
        {
            throw new UsageException(
                $"there is no client '{name}': the profile names no directory of clients", "use --cert and --key");
        }

        name ??= Profile?.ClientFor(capability);
        return directory is not null && name is not null
            ? (Path.Combine(directory, name + ".pem"), Path.Combine(directory, name + ".key"))
            : Get("certificate") is { } file ? (file, Get("key")) : null;
    }

    private static string DefaultPath(Func<string, string?> environment)
    {
        string home = NonEmpty(environment("XDG_CONFIG_HOME"))
            ?? Path.Combine(NonEmpty(environment("HOME")) ?? ".", ".config");
        return Path.Combine(home, "ledgerstore", "config.yaml");
    }

    private static Profile? FindProfile(string path, ConfigFile file, string? name)
    {
        string? wanted = name ?? file.Default;
        if (wanted is null)
        {
            return file.Profiles.Count == 1 ? file.Profiles[0] : null;
        }

        return file.Profiles.FirstOrDefault(profile => profile.Name == wanted)
            ?? throw new UsageException(
                $"{path} has no profile '{wanted}'",
                file.Profiles.Count == 0
                    ? "`ledger init` makes one"
                    : $"it has {string.Join(", ", file.Profiles.Select(profile => profile.Name))}");
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private string? Get(string field) => _given(field) ?? Profile?.Get(field);

    private string Beside(string name) => Path.Combine(Path.GetDirectoryName(ConfigPath)!, name);
}
