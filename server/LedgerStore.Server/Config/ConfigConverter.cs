// From text to typed settings. Every method reports what is wrong and then returns something harmless; the result is
// thrown away. One thread, at start.
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using LedgerStore.Policy;

namespace LedgerStore.Server.Config;

internal sealed partial class ConfigConverter(
    Dictionary<Setting, ConfigValue> values, List<ConfigProblem> problems)
{
    // An origin has at most 255 bytes, and "/" and a ledger's name of 63 follow.
    private const int PublicNameLength = 190;

    public string Path(Setting setting)
    {
        if (Value(setting) is not { } value)
        {
            return "";
        }

        if (value.Text.Length == 0 || value.Text.Contains('\0', StringComparison.Ordinal))
        {
            Report(setting, value, "is no path", "");
            return "";
        }

        return System.IO.Path.TrimEndingDirectorySeparator(
            System.IO.Path.GetFullPath(value.Text, value.BaseDirectory));
    }

    /// <summary>Null where nothing is said.</summary>
    public string? OptionalPath(Setting setting) => Value(setting) is null ? null : Path(setting);

    /// <summary>A text of a given form; null where nothing is said.</summary>
    public string? OptionalText(Setting setting, Regex form, string hint)
    {
        if (Value(setting) is not { } value)
        {
            return null;
        }

        if (!form.IsMatch(value.Text))
        {
            Report(setting, value, $"is no {setting.Field}", hint);
        }

        return value.Text;
    }

    /// <summary>Reports settings that say something about another one, which is not there.</summary>
    public void NotWithout(Setting needed, Setting[] settings)
    {
        foreach (Setting setting in settings.Where(values.ContainsKey))
        {
            Report(setting, values[setting], $"says nothing without {needed.Path}", "");
        }
    }

    /// <summary>Reports settings that one setting needs, and that are not there.</summary>
    public void Needs(Setting setting, Setting[] needed)
    {
        foreach (Setting missing in needed.Where(one => !values.ContainsKey(one)))
        {
            Report(setting, values[setting], $"needs {missing.Path}", missing.Description);
        }
    }

    /// <summary>Reports a setting that contradicts another one.</summary>
    public void NotWith(Setting one, Setting other)
    {
        if (values.TryGetValue(other, out ConfigValue? value))
        {
            Report(other, value, $"cannot be together with {one.Path}", "remove one of them");
        }
    }

    public IPEndPoint? Address(Setting setting)
    {
        if (Value(setting) is not { } value)
        {
            return null;
        }

        string text = value.Text;
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            Report(setting, value, "asks for a listener without TLS, which is refused: who calls would not be known,"
                + " and records would travel in the open", "write address:port");
            return null;
        }

        if (Scalars.Address(text) is { } address)
        {
            return address;
        }

        Report(setting, value, "is no IP address with a port", "for example 0.0.0.0:7443 or [::1]:7443");
        return null;
    }

    public Uri? Url(Setting setting)
    {
        if (Value(setting) is not { } value)
        {
            return null;
        }

        if (Uri.TryCreate(value.Text, UriKind.Absolute, out Uri? url)
            && url.Scheme is "http" or "https" && url.UserInfo.Length == 0)
        {
            return url;
        }

        Report(setting, value, "is no http or https address", "for example http://127.0.0.1:4317");
        return null;
    }

    /// <summary>An https address and nothing behind it: what a browser calls an origin.</summary>
    public Uri? Origin(Setting setting)
    {
        if (Value(setting) is not { } value)
        {
            return null;
        }

        if (Uri.TryCreate(value.Text, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttps
            && url.GetLeftPart(UriPartial.Authority) == value.Text.TrimEnd('/') && url.UserInfo.Length == 0
            && Uri.CheckHostName(url.Host) != UriHostNameType.Unknown)
        {
            return url;
        }

        Report(setting, value, "is no https address of one host, in lower case and with nothing behind the port",
            "for example https://ledger.example.org:8443");
        return null;
    }

    /// <summary>A provider: its tokens are believed, so nobody may stand between.</summary>
    public Uri? Authority(Setting setting)
    {
        if (Url(setting) is not { } url)
        {
            return null;
        }

        if (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback)
        {
            Report(setting, Value(setting)!, "is not https: whoever is on the way could be everybody", "use https");
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            Report(setting, Value(setting)!, "has more than a path", "the issuer, as the provider's tokens have it");
        }

        return url;
    }

    public string Name(Setting setting)
    {
        if (Value(setting) is { } value
            && (value.Text.Length > PublicNameLength || !PublicName().IsMatch(value.Text)))
        {
            Report(setting, value, "is no name for origins",
                $"a DNS name, perhaps with a path, at most {PublicNameLength} characters: ledger.example.org");
        }

        return Value(setting)?.Text ?? "";
    }

    public TimeSpan Duration(Setting setting, TimeSpan min, TimeSpan max)
    {
        ConfigValue value = Value(setting)!;
        long? unit = Scalars.DurationUnit(value.Text, out string digits);
        return new TimeSpan(Amount(setting, value, digits, unit, min.Ticks, max.Ticks));
    }

    public long Size(Setting setting, long min, long max)
    {
        ConfigValue value = Value(setting)!;
        long? unit = Scalars.SizeUnit(value.Text, out string digits);
        return Amount(setting, value, digits, unit, min, max);
    }

    public int Number(Setting setting, int min, int max)
    {
        ConfigValue value = Value(setting)!;
        return (int)Amount(setting, value, value.Text, 1, min, max);
    }

    public string Choice(Setting setting)
    {
        ConfigValue value = Value(setting)!;
        if (!Settings.ChoicesOf(setting).Contains(value.Text))
        {
            Report(setting, value, "is not one of the choices", setting.Form);
        }

        return value.Text;
    }

    private ConfigValue? Value(Setting setting) => values.TryGetValue(setting, out ConfigValue? value) ? value
        : setting.Default is { } text ? new ConfigValue(text, "the default", "/")
        : null;

    private long Amount(Setting setting, ConfigValue value, string digits, long? unit, long min, long max)
    {
        if (unit is not { } scale
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            Report(setting, value, $"is no {setting.Form}", setting.Default is { } usual ? $"for example {usual}" : "");
            return min;
        }

        // Compared in Int128: a count that overflows is out of range like any other.
        Int128 amount = (Int128)count * scale;
        if (amount < min || amount > max)
        {
            Report(setting, value, "is out of range", setting.Description);
            return min;
        }

        return (long)amount;
    }

    private void Report(Setting setting, ConfigValue value, string message, string hint) =>
        problems.Add(new ConfigProblem(
            value.Place, $"{setting.Path}: {Quoted.Text(value.Text)} {message}", hint,
            ConfigException.BadConfiguration));

    [GeneratedRegex(
        "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[a-z0-9][a-z0-9._-]*)*$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PublicName();
}
