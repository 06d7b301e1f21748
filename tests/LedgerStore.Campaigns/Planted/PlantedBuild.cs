// A server with faults planted, built from a copy of the sources under artifacts/. Which fault is active, the process
// is told by its environment. One at a time.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Planted;

/// <summary>Makes the copy and builds it.</summary>
internal static class PlantedBuild
{
    public const string Variable = "LEDGERSTORE_PLANTED";

    private const string Question = "LedgerStore.Engine.Foundation.PlantedFault.Is(\"{0}\")";
    private const string AskedFile = "engine/LedgerStore.Engine/Foundation/PlantedFault.cs";
    private const string Asked = """
        // Which planted fault is active. Constant; any thread.
        namespace LedgerStore.Engine.Foundation;

        internal static class PlantedFault
        {
            private static readonly string? s_active = System.Environment.GetEnvironmentVariable("LEDGERSTORE_PLANTED");

            public static bool Is(string name) => name == s_active;
        }
        """;

    private static readonly string[] s_folders =
    [
        "engine", "server", "client/LedgerStore.Protocol", "client/LedgerStore.Client", "client/LedgerStore.Guard",
        "client/LedgerStore.Page",
    ];
    private static readonly string[] s_files =
        ["Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", "global.json", ".editorconfig"];

    /// <returns>The server's program.</returns>
    public static async Task<string> MakeAsync()
    {
        string root = Root();
        string copy = Path.Combine(root, "artifacts", "planted");
        Dictionary<string, string> changed = Change(root);
        string[] sources = [.. s_files, .. s_folders.SelectMany(folder => SourcesOf(root, folder)), AskedFile];
        RemoveOthers(copy, sources);
        foreach (string file in sources[..^1])
        {
            byte[] bytes = changed.TryGetValue(file, out string? text)
                ? System.Text.Encoding.UTF8.GetBytes(text)
                : await File.ReadAllBytesAsync(Path.Combine(root, file));
            await WriteIfOtherAsync(Path.Combine(copy, file), bytes);
        }

        await WriteIfOtherAsync(Path.Combine(copy, AskedFile), System.Text.Encoding.UTF8.GetBytes(Asked));
        using Process build = Process.Start(new ProcessStartInfo(
            "dotnet", ["build", "-v", "q", "--nologo", "-p:RunAnalyzers=false", "server/LedgerStore.Server"])
        {
            WorkingDirectory = copy,
            UseShellExecute = false,
        })!;
        await build.WaitForExitAsync();
        return build.ExitCode == 0
            ? Path.Combine(copy, "server/LedgerStore.Server/bin/Debug/net10.0/LedgerStore.Server.dll")
            : throw new InvalidOperationException("the server with planted faults does not build");
    }

    /// <summary>The changed files, with all faults in them.</summary>
    public static Dictionary<string, string> Change(string root)
    {
        Dictionary<string, string> changed = [];
        foreach (PlantedFault fault in PlantedFault.All)
        {
            foreach (SourceChange change in fault.Changes)
            {
                string text = changed.TryGetValue(change.File, out string? before)
                    ? before
                    : File.ReadAllText(Path.Combine(root, change.File));
                string[] parts = text.Split(change.Old);
                changed[change.File] = parts.Length == 2
                    ? parts[0] + change.New.Replace("IS", string.Format(Question, fault.Name)) + parts[1]
                    : throw new InvalidOperationException(
                        $"the fault '{fault.Name}' does not fit {change.File} any more, where this must stand once:\n"
                        + change.Old);
            }
        }

        return changed;
    }

    /// <summary>The directory of LedgerStore.sln.</summary>
    public static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "LedgerStore.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("planted faults need the sources");
    }

    private static IEnumerable<string> SourcesOf(string root, string folder) => Directory
        .EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(root, path))
        .Where(static path => !path.Split('/').Any(static part => part is "bin" or "obj" or "node_modules"));

    /// <summary>Sources that were moved or deleted since the copy was made would be built with the others.</summary>
    private static void RemoveOthers(string copy, string[] sources)
    {
        foreach (string folder in s_folders.Where(folder => Directory.Exists(Path.Combine(copy, folder))))
        {
            foreach (string file in SourcesOf(copy, folder).Except(sources).ToArray())
            {
                File.Delete(Path.Combine(copy, file));
            }
        }
    }

    /// <summary>What is the same keeps its time, so that a second build has nothing to do.</summary>
    private static async Task WriteIfOtherAsync(string path, byte[] bytes)
    {
        byte[] there = File.Exists(path) ? await File.ReadAllBytesAsync(path) : [];
        if (!there.SequenceEqual(bytes))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, bytes);
        }
    }
}
