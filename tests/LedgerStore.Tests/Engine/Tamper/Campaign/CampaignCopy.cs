// A copy of a store that one forgery may do with as it likes: data, anchor and cold store. Owned by one worker.

using LedgerStore.Engine.Format;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class CampaignCopy : IDisposable
{
    /// <param name="sound">What it is a copy of.</param>
    public CampaignCopy(string sound, string home)
    {
        Home = home;
        Clone(sound, home);
    }

    public string Home { get; }

    public string Data => Home + "/data";

    public string Anchor => Home + "/anchor";

    public string Cold => Home + "/cold";

    public StorePaths Paths => new(Data);

    /// <summary>Everything in it, also what is no file; links are not followed.</summary>
    public void Dispose()
    {
        if (new FileInfo(Home).LinkTarget is null && Directory.Exists(Home))
        {
            Directory.Delete(Home, recursive: true);
        }
    }

    /// <summary>Copies a directory. What is never written again, but only replaced, is not copied but linked.</summary>
    public static void Clone(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from).Where(static file => Path.GetFileName(file) is not "LOCK"))
        {
            string target = Path.Combine(to, Path.GetFileName(file));
            if (new FileInfo(file).IsReadOnly)
            {
                NativeFiles.MakeHardLink(file, target);
            }
            else
            {
                File.Copy(file, target);
            }
        }

        foreach (string directory in Directory.GetDirectories(from))
        {
            Clone(directory, Path.Combine(to, Path.GetFileName(directory)));
        }
    }
}
