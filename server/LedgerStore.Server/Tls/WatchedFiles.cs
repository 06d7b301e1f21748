// Tells whether a few small files hold something new, without reading them each time. Used by one thread at a time.
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Policy.Pki;

namespace LedgerStore.Server.Tls;

/// <summary>Files that are only good together, a certificate and its key for example.</summary>
internal sealed class WatchedFiles(params string[] paths)
{
    // A file can be written twice within one tick of its time stamp: for this long a stamp proves nothing.
    private static readonly TimeSpan StampDoubt = TimeSpan.FromSeconds(3);

    private string lastStamp = "";
    private WatchedContent? last;

    /// <summary>The file that messages name.</summary>
    public string Path => paths[0];

    /// <summary>What the files hold now; the same object as before if their stamps say that nothing happened.</summary>
    public WatchedContent Read(DateTimeOffset now)
    {
        string stamp = Stamp(now, out bool isSettled);
        if (last is not null && isSettled && stamp == lastStamp)
        {
            return last;
        }

        WatchedContent content = WatchedContent.Read(paths);
        lastStamp = isSettled ? stamp : "";
        last = last is not null && last.Hash == content.Hash ? last : content;
        return last;
    }

    private string Stamp(DateTimeOffset now, out bool isSettled)
    {
        isSettled = true;
        string stamp = "";
        foreach (string path in paths)
        {
            // A link's target is what counts: orchestrators exchange a whole directory by one link.
            FileInfo file = new(path);
            FileInfo target = file.LinkTarget is null ? file
                : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            stamp += target.Exists
                ? $"{target.FullName}\0{target.LastWriteTimeUtc.Ticks}\0{target.Length}\0"
                : "missing\0";
            isSettled &= target.Exists && now.UtcDateTime - target.LastWriteTimeUtc > StampDoubt;
        }

        return stamp;
    }
}

/// <summary>The bytes of files that were read together, or why they could not be read.</summary>
internal sealed class WatchedContent
{
    private WatchedContent(byte[][] files, string problem)
    {
        Files = files;
        Problem = problem;
        Hash = string.Join(' ', files.Select(f => Convert.ToHexString(SHA256.HashData(f))).Append(problem));
    }

    public IReadOnlyList<byte[]> Files { get; }

    /// <summary>Empty if the files were read.</summary>
    public string Problem { get; }

    /// <summary>The same for the same bytes or the same problem.</summary>
    public string Hash { get; }

    public static WatchedContent Read(IReadOnlyList<string> paths)
    {
        try
        {
            return new WatchedContent([.. paths.Select(PkiFiles.ReadBytes)], "");
        }
        catch (PkiException error)
        {
            return new WatchedContent([], error.Message);
        }
    }

    public string Text(int file) => Encoding.UTF8.GetString(Files[file]);
}
