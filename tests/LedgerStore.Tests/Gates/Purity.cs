// What a pure project may not name: files, processes, threads, the clock, the network, native calls. Pure itself.

using System.Text.RegularExpressions;

namespace LedgerStore.Tests.Gates;

/// <summary>"Proofs and Policy are pure" as code.</summary>
internal static class Purity
{
    private const string Impure = "File|FileInfo|FileStream|Directory|DirectoryInfo|RandomAccess|StreamWriter|Process|"
        + "Environment|Console|Thread|Timer|Task|Socket|HttpClient|TimeProvider|Stopwatch|DllImport|LibraryImport";

    /// <summary>Text in, values out: what in a file of a pure project is none of that.</summary>
    public static IEnumerable<string> Check(string path, string text) => Regex
        .Matches(
            CodeText.Strip(text),
            $@"(?<![\w.])(System\.(IO|Threading|Diagnostics|Net\.Sockets)\.)?({Impure})\b(?=[\s.(<>?\]])",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(10))
        .Select(match => $"{path}: a pure project must not use {match.Value}");
}
