// Runs tests/interop/go with Debian's Go and its golang.org/x/mod (packages golang-go, golang-golang-x-mod-dev): no
// download. Where they are absent the tests show as skipped with the reason; with LEDGERSTORE_REQUIRE_INTEROP=1
// they run all the same, and fail.
// Test code.
using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Proofs.Notes;

internal static class GoInterop
{
    private const string GoPath = "/usr/share/gocode";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Why it cannot run, or null.</summary>
    public static string? Absence { get; } = FindAbsence();

    /// <summary>Runs the program that checks notes and proofs.</summary>
    public static JsonElement Run(string cases) => Run(".", cases);

    /// <summary>Runs the program in a directory below tests/interop/go.</summary>
    public static JsonElement Run(string program, string cases)
    {
        Assert.True(Absence is null, Absence);
        ProcessStartInfo start = new("go", ["run", "main.go"])
        {
            WorkingDirectory = Path.Combine(Root(), "tests", "interop", "go", program),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = GoPath;
        start.Environment["GOFLAGS"] = string.Empty;
        start.Environment["GOPROXY"] = "off";
        start.Environment["GOCACHE"] = Path.Combine(Path.GetTempPath(), "ledgerstore-go-cache");

        using Process go = Process.Start(start)!;
        Task<string> output = go.StandardOutput.ReadToEndAsync();
        Task<string> error = go.StandardError.ReadToEndAsync();
        go.StandardInput.Write(cases);
        go.StandardInput.Close();
        if (!go.WaitForExit(s_patience))
        {
            go.Kill(entireProcessTree: true);
            go.WaitForExit();
        }

        Assert.True(go.ExitCode == 0, $"go run ended with {go.ExitCode}: {error.Result}");
        using JsonDocument document = JsonDocument.Parse(output.Result);
        return document.RootElement.Clone();
    }

    private static string? FindAbsence()
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator);
        if (!path.Any(directory => File.Exists(Path.Combine(directory, "go"))))
        {
            return "NOT RUN: go is not installed (Debian: apt-get install golang-go golang-golang-x-mod-dev)";
        }

        return Directory.Exists(Path.Combine(GoPath, "src/golang.org/x/mod/sumdb/note"))
            ? null
            : $"NOT RUN: no golang.org/x/mod in {GoPath} (Debian: apt-get install golang-golang-x-mod-dev)";
    }

    private static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "LedgerStore.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("not inside the repository");
    }
}

/// <summary>A test that needs Go; required where LEDGERSTORE_REQUIRE_INTEROP=1.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoInteropFactAttribute : FactAttribute
{
    public GoInteropFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("LEDGERSTORE_REQUIRE_INTEROP") != "1")
        {
            Skip = GoInterop.Absence;
        }
    }
}
