// The keys that somebody decided to trust: a file with one vkey to a line. Nothing a server says gets into it by
// itself. One process at a time; one thread.
using LedgerStore.Pki;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>The trusted keys.</summary>
internal sealed class TrustFile
{
    private const string Header = "# Keys of logs that this user trusts, each from elsewhere than from the server.";

    private readonly string _path;

    private TrustFile(string path, List<VerifierKey> keys)
    {
        _path = path;
        Keys = keys;
    }

    public List<VerifierKey> Keys { get; }

    public static TrustFile Load(string path) =>
        new(path, [.. Parse(File.Exists(path) ? File.ReadAllText(path) : string.Empty, path)]);

    /// <summary>The keys of a text with one vkey to a line, in their order; empty lines and comments are passed
    /// over.</summary>
    public static IEnumerable<VerifierKey> Parse(string text, string path)
    {
        int number = 0;
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length > 0 && line[0] != '#')
            {
                yield return KeyIn(line, $"{path}:{number}");
            }
        }
    }

    public void Save()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        string text = string.Join('\n', Keys.Select(key => key.ToString()).Prepend(Header)) + "\n";
        PkiFiles.WritePublic(_path, text);
    }

    /// <summary>The trusted key of a ledger of a store.</summary>
    /// <param name="publicName">The store's; null: the ledger's name must be enough to tell.</param>
    public VerifierKey KeyOf(string ledger, string? publicName)
    {
        VerifierKey[] fitting =
        [
            .. Keys.Where(key => publicName is null
                ? key.Name.Text.EndsWith("/" + ledger, StringComparison.Ordinal)
                : key.Name.Text == $"{publicName}/{ledger}"),
        ];
        return fitting.Length switch
        {
            1 => fitting[0],
            0 => throw new UsageException(
                $"no key is trusted for the ledger '{ledger}'{(publicName is null ? "" : $" of {publicName}")}",
                "ask whoever runs the store for its vkey, and not the server: `ledger trust add VKEY`"),
            _ => throw new UsageException(
                $"several stores with a ledger '{ledger}' are trusted: "
                + string.Join(", ", fitting.Select(key => key.Name.Text)),
                "say which with public_name in the profile, or with --vkey"),
        };
    }

    /// <summary>The keys for a store's data directory: all of one public name.</summary>
    public IReadOnlyList<VerifierKey> KeysOfStore(string? publicName)
    {
        ILookup<string, VerifierKey> stores = Keys.ToLookup(key => StoreOf(key.Name.Text), StringComparer.Ordinal);
        return publicName is not null ? [.. stores[publicName]]
            : stores.Count switch
            {
                0 => [],
                1 => [.. Keys],
                _ => throw new UsageException(
                    $"keys of several stores are trusted: {string.Join(", ", stores.Select(store => store.Key))}",
                    "say with --public-name whose data this is, or give --vkey"),
            };
    }

    private static VerifierKey KeyIn(string line, string place)
    {
        try
        {
            return VerifierKey.Parse(line);
        }
        catch (MalformedDataException error)
        {
            throw new UsageException($"{place}: {error.Message}");
        }
    }

    private static string StoreOf(string origin)
    {
        int slash = origin.LastIndexOf('/');
        return slash < 0 ? origin : origin[..slash];
    }
}
