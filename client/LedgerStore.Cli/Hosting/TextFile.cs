// A list that a person or a program wrote: from a file, or from standard input. Used by one run.
using LedgerStore.Engine;

namespace LedgerStore.Cli;

/// <summary>Reads text that is named on the command line.</summary>
internal static class TextFile
{
    private const int BytesPerChar = 4;

    /// <summary>All of it.</summary>
    /// <param name="file">- is standard input.</param>
    /// <param name="charsMax">More is refused.</param>
    /// <param name="what">What it should be.</param>
    public static async Task<string> ReadAsync(Run run, string file, int charsMax, string what)
    {
        // A file may come from somebody else: a pipe in its place would be waited for without an end.
        using Stream stream = file == "-"
            ? run.Host.Input
            : new MemoryStream(ForeignFile.ReadNamed(file, BytesPerChar * charsMax));
        using StreamReader reader = new(stream);
        char[] text = new char[charsMax + 1];
        int length = await reader.ReadBlockAsync(text, run.Cancellation).ConfigureAwait(false);
        return length <= charsMax
            ? new string(text, 0, length)
            : throw new UsageException($"{file} has more than {charsMax >> 20} MiB: that is no {what}");
    }

    /// <summary>Its lines, one after the other; a pipe may be named, as by a shell.</summary>
    /// <param name="file">- is standard input.</param>
    public static async IAsyncEnumerable<string> LinesAsync(Run run, string file)
    {
        using Stream stream = file == "-" ? run.Host.Input : File.OpenRead(file);
        using StreamReader lines = new(stream);
        while (await lines.ReadLineAsync(run.Cancellation).ConfigureAwait(false) is { } line)
        {
            yield return line;
        }
    }
}
