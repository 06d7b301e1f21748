// One line of the table of settings: its name in server.yaml and what may stand there. Immutable.
namespace LedgerStore.Server.Config;

internal enum SettingKind
{
    /// <summary>A file; relative to the directory of server.yaml, in a variable to the working directory.</summary>
    File,

    /// <summary>A directory; relative as a file is.</summary>
    Directory,

    /// <summary>An IP address and a port.</summary>
    Address,

    /// <summary>An http or https address.</summary>
    Url,

    /// <summary>A name for checkpoint origins.</summary>
    Name,

    /// <summary>A number with ms, s, m or h.</summary>
    Duration,

    /// <summary>A number with B, KiB, MiB or GiB.</summary>
    Size,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>The name of a bucket.</summary>
    Bucket,

    /// <summary>The name of a region.</summary>
    Region,

    /// <summary>What names of objects begin with.</summary>
    Prefix,

    /// <summary>A word that somebody else defines.</summary>
    Text,

    /// <summary>One of a few words.</summary>
    Choice,
}

/// <param name="Path">As in server.yaml, groups and fields joined by a dot.</param>
/// <param name="Default">As an operator would write it; null if there is none.</param>
/// <param name="IsRequired">The server does not start without it.</param>
/// <param name="Description">One sentence for the documentation.</param>
internal sealed record Setting(string Path, SettingKind Kind, string? Default, bool IsRequired, string Description)
{
    public const string VariablePrefix = "LEDGERSTORE_";

    /// <summary>The environment variable that overrides the file.</summary>
    public string Variable { get; } = VariablePrefix + Path.Replace('.', '_').ToUpperInvariant();

    /// <summary>The first part of the path, or the whole if it has one part. Groups may have groups in them.</summary>
    public string Group => Path.Split('.')[0];

    /// <summary>The last part of the path.</summary>
    public string Field => Path.Split('.')[^1];

    public bool IsGrouped => Path.Contains('.', StringComparison.Ordinal);

    /// <summary>The words of a choice, or what the value looks like, for documentation and messages.</summary>
    public string Form => Kind switch
    {
        SettingKind.File => "file",
        SettingKind.Directory => "directory",
        SettingKind.Address => "address:port",
        SettingKind.Url => "http(s) URL",
        SettingKind.Name => "name",
        SettingKind.Bucket => "bucket",
        SettingKind.Region => "region",
        SettingKind.Text => "text",
        SettingKind.Prefix => "letters, digits, `-`, `.`, `_`, `/`",
        SettingKind.Duration => "number with ms, s, m or h",
        SettingKind.Size => "number with KiB, MiB or GiB",
        SettingKind.Number => "number",
        _ => string.Join(", ", Settings.ChoicesOf(this)),
    };
}
