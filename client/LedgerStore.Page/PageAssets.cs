// The page: files that are built from client/console, committed, and embedded here; and one hash over all of them,
// which the page shows and people compare. Read once, immutable; any thread.

using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.WebPage;

/// <summary>One file of the page.</summary>
internal sealed record PageAsset(string Name, byte[] Bytes, string ContentType);

/// <summary>The files of the page.</summary>
internal sealed class PageAssets
{
    private const string Prefix = "asset:";
    private const string Index = "index.html";

    private readonly Dictionary<string, PageAsset> _files;

    /// <param name="files">Name and bytes of each.</param>
    public PageAssets(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        _files = files.ToDictionary(
            static file => file.Name,
            static file => new PageAsset(file.Name, file.Bytes, TypeOf(file.Name)),
            StringComparer.Ordinal);
        Sha256 = HashOf(_files.Values);
    }

    /// <summary>Those of this build.</summary>
    public static PageAssets Embedded { get; } = new(Read());

    /// <summary>What <c>LC_ALL=C sha256sum * | sha256sum</c> says in their directory.</summary>
    public string Sha256 { get; }

    public IEnumerable<PageAsset> All => _files.Values;

    /// <summary>The file of a path; the page itself for the root.</summary>
    public PageAsset? Find(string path) => _files.GetValueOrDefault(path == "/" ? Index : path.TrimStart('/'));

    private static string HashOf(IEnumerable<PageAsset> files)
    {
        StringBuilder list = new();
        foreach (PageAsset file in files.OrderBy(static file => file.Name, StringComparer.Ordinal))
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(file.Bytes));
            list.Append(CultureInfo.InvariantCulture, $"{hash}  {file.Name}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list.ToString())));
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static IEnumerable<(string Name, byte[] Bytes)> Read()
    {
        Assembly assembly = typeof(PageAssets).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                using Stream stream = assembly.GetManifestResourceStream(resource)!;
                byte[] bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                yield return (resource[Prefix.Length..], bytes);
            }
        }
    }
}
