// Which folder of a project may use which: an order, so that no circle can stand. Pure; the tests prove it can fail.
//
// A folder is what is in it, whatever namespace that has: a type belongs to the folder of the file that declares it.

namespace LedgerStore.Tests.Gates;

/// <summary>The folders of one project, and what they declare.</summary>
internal sealed class FolderOrder
{
    /// <summary>Lowest first; each folder may use those before it. "." is the project's own folder.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Projects = new Dictionary<string, string[]>
    {
        ["engine/LedgerStore.Engine"] =
        [
            "Foundation", "Files", "Format", "Entries", "Journal", "Segments", "Ledgers", "Pipeline", "Checkpoints",
            "Tiering", "Indexing", "Recovery", "Verification", "Store",
        ],
        ["engine/LedgerStore.Proofs"] =
            [".", "Hashing", "Signing", "Notes", "Checkpoints", "Tree", "Tiles", "Receipts"],
        ["engine/LedgerStore.Fields"] = ["Entries", "Json", "Specs", "Values", "Schemas", "Clauses", "Index", "Cover"],
        ["server/LedgerStore.Policy"] =
            ["Model", "Certificates", "Reading", "Deciding", "Comparing", "Quotas", "Testing"],
        ["server/LedgerStore.Server"] =
        [
            "Config", "Trust", "Calls", "Audit", "Identity", "Tls", "Disk", "Metrics", "Operations", "Following",
            "Rights", "Services", "Tiles", "Browsers", "Hosting", ".",
        ],
        ["server/LedgerStore.Intake"] =
            ["Records", "Noise", "Parsing", "Config", "Delivering", "Doors", "Hosting", "."],
        ["client/LedgerStore.Guard"] = ["Rules", "Alerts", "Watching", "Following", "Delivering", "Hosting"],
        ["client/LedgerStore.Client"] =
        [
            "Connecting", "Violations", "Asking", "Administering", "Events", "Verifying", "Reading", "Searching",
            "Queueing", "Spooling", "Appending", ".", "Integration",
        ],
        ["client/LedgerStore.Console"] = ["Door", "Calls", "Hosting"],
    };

    private readonly string _project;
    private readonly string[] _folders;
    private readonly Dictionary<string, int> _lowest = new(StringComparer.Ordinal);

    /// <param name="project">Its directory; its name is the namespace above its folders.</param>
    public FolderOrder(string project, string[] folders, IEnumerable<(string Path, string Text)> files)
    {
        _project = project;
        _folders = folders;
        foreach ((string path, string text) in files)
        {
            int rank = Array.IndexOf(folders, FolderOf(path));
            foreach (string type in TypeNames.DeclaredIn(text))
            {
                // A name that several folders have counts as the lowest one's.
                _lowest[type] = Math.Min(rank, _lowest.GetValueOrDefault(type, int.MaxValue));
            }
        }
    }

    /// <summary>What a file may not use.</summary>
    public IEnumerable<string> Check(string path, string text)
    {
        string folder = FolderOf(path);
        int rank = Array.IndexOf(_folders, folder);
        if (rank < 0)
        {
            return [$"{path}: {folder} is not a folder that has a place in the order"];
        }

        string space = Path.GetFileName(_project) + ".";
        return TypeNames.UsedIn(text)
            .Concat(_folders.SelectMany(one => TypeNames.BehindIn(text, one)))
            .Where(name => _lowest.GetValueOrDefault(name, -1) > rank)
            .Select(name => $"{path}: {folder} must not use {_folders[_lowest[name]]} ({name})")
            .Concat(_folders[(rank + 1)..]
                .Where(higher => TypeNames.Names(text, space + higher))
                .Select(higher => $"{path}: {folder} must not use {higher} (the namespace)"));
    }

    private string FolderOf(string path)
    {
        string[] parts = path[(_project.Length + 1)..].Split('/');
        return parts.Length == 1 ? "." : parts[0];
    }
}
