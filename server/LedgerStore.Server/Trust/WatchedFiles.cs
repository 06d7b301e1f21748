// Tells whether a few small files hold something new. They are read at every look, a few kilobytes a second: names,
// times and lengths prove nothing. A file that is put in the place of another by rename can have the same of each.
// Used by one thread at a time.
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Pki;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Trust;

/// <summary>Files that are only good together, a certificate and its key for example.</summary>
internal sealed class WatchedFiles(params (string Path, FileModes Kept)[] files)
{
    private WatchedContent? _last;

    /// <summary>The file that messages name.</summary>
    public string Path => files[0].Path;

    /// <summary>What the files hold now; the same object as before if nothing happened.</summary>
    public WatchedContent Read()
    {
        WatchedContent content = WatchedContent.Read(files);
        _last = _last is not null && _last.Hash == content.Hash ? _last : content;
        return _last;
    }
}

/// <summary>The bytes of files that were read together, or why they could not be read or must not be used.</summary>
internal sealed class WatchedContent
{
    private WatchedContent(byte[][] files, string problem)
    {
        Files = files;
        Problem = problem;
        Hash = string.Join(' ', files.Select(f => Convert.ToHexString(SHA256.HashData(f))).Append(problem));
    }

    public IReadOnlyList<byte[]> Files { get; }

    /// <summary>Empty if the files were read, and are kept as they must be.</summary>
    public string Problem { get; }

    /// <summary>The same for the same bytes or the same problem.</summary>
    public string Hash { get; }

    public static WatchedContent Read((string Path, FileModes Kept)[] files)
    {
        try
        {
            byte[][] contents = new byte[files.Length][];
            string problem = string.Empty;
            for (int at = 0; at < files.Length; at++)
            {
                (string path, FileModes kept) = files[at];
                contents[at] = PkiFiles.ReadBytes(path, out UnixFileMode mode);
                problem = kept.Problem(path, mode) ?? problem;
            }

            return new WatchedContent(problem.Length == 0 ? contents : [], problem);
        }
        catch (PkiException error)
        {
            return new WatchedContent([], error.Message);
        }
    }

    public string Text(int file) => Encoding.UTF8.GetString(Files[file]);
}
