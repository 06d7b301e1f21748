// The same records as lines of a file, and the programs that people search such files with. Owned by the suite.
using System.Diagnostics;

namespace LedgerStore.Bench.Search;

internal sealed class TextLookups(string directory)
{
    private readonly string _file = Path.Combine(directory, "records.ndjson");

    public void Write(long count)
    {
        using FileStream file = File.Create(_file);
        for (long number = 0; number < count; number++)
        {
            file.Write(SearchRecords.Json(number));
            file.WriteByte((byte)'\n');
        }
    }

    /// <summary>Finds lines that have a text anywhere.</summary>
    public double Grep(string text) => Run("grep", "-F", text, _file);

    /// <summary>Finds records whose request is this one, as JSON.</summary>
    public double Jq(string request) =>
        Run("jq", "-c", $"select(.api.request.uid == \"{request}\")", _file);

    private static double Run(string program, params string[] arguments)
    {
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["LC_ALL"] = "C" },
        })!;
        int lines = process.StandardOutput.ReadToEnd().Count(static one => one == '\n');
        process.WaitForExit();
        return lines == 1
            ? Stopwatch.GetElapsedTime(started).TotalMilliseconds
            : throw new InvalidOperationException($"{program} found {lines} records, and there is one");
    }
}
