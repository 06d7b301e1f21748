// Facts that need programs or files of the machine. Without them they are shown as skipped, and why; with
// LEDGERSTORE_REQUIRE_INTEROP=1 they run and fail.

using Xunit;

namespace LedgerStore.Tests.Cli;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(params string[] needed)
    {
        string? missing = Array.Find(needed, name => !IsThere(name));
        if (missing is not null && Environment.GetEnvironmentVariable("LEDGERSTORE_REQUIRE_INTEROP") != "1")
        {
            Skip = $"did not run: this machine has no {missing}";
        }
    }

    internal static bool IsThere(string name) => name.Contains('/')
        ? Path.Exists(name)
        : (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
            .Any(directory => File.Exists(Path.Combine(directory, name)));
}
