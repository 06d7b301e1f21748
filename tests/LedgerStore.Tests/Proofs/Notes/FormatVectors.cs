// The published test data beside the checkout, as ../shared/vectors. Where it is absent, tests that need it show as
// skipped with the reason, and everything else runs.
// Test code, any thread.
using System.Text.Json;

namespace LedgerStore.Tests.Proofs.Notes;

internal static class FormatVectors
{
    public static string? Directory { get; } = Find();

    public static JsonElement Read(string file)
    {
        string path = Path.Combine(Directory ?? throw new InvalidOperationException("no vectors"), file);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "LedgerStore.sln")))
            {
                string vectors = Path.Combine(at.FullName, "..", "shared", "vectors");
                return System.IO.Directory.Exists(vectors) ? vectors : null;
            }
        }

        return null;
    }
}

/// <summary>A test over the published vectors.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FormatVectorsFactAttribute : Xunit.FactAttribute
{
    public FormatVectorsFactAttribute()
    {
        if (FormatVectors.Directory is null)
        {
            Skip = "vectors not found at ../shared/vectors";
        }
    }
}
