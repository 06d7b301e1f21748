// Where a path really leads, through links of directories too. Pure but for reading links; the path need not exist.
namespace LedgerStore.Server.Config;

internal static class RealPath
{
    // Linux itself gives up at 40.
    private const int LinksMax = 40;

    public static string Of(string path)
    {
        string rest = Path.GetFullPath(path);
        for (int links = 0; links < LinksMax; links++)
        {
            if (FirstLink(rest) is not { } followed)
            {
                return rest;
            }

            rest = followed;
        }

        return rest;
    }

    /// <summary>The path with its first link replaced by the target, or null if it has no link.</summary>
    private static string? FirstLink(string path)
    {
        string walked = "/";
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            string parent = walked;
            walked = Path.Combine(walked, parts[i]);
            if (new DirectoryInfo(walked).LinkTarget is { } target)
            {
                return Path.GetFullPath(Path.Combine([parent, target, .. parts[(i + 1)..]]));
            }
        }

        return null;
    }
}
