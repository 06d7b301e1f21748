// One exchangeable part and its files: decides whether what was read is new, good, or bad for long enough to say so.
// Used by one thread at a time.
namespace LedgerStore.Server.Trust;

internal sealed class TrustPartFile(TrustPart part, WatchedFiles files)
{
    private string _settled = "";
    private string _suspect = "";

    public TrustPart Part => part;

    public string Path => files.Path;

    public WatchedContent Read() => files.Read();

    /// <summary>True if this content was not accepted or reported before.</summary>
    public bool IsNew(WatchedContent content) => content.Hash != _settled;

    /// <summary>The content is in use, or was reported as bad: nothing more is to be said about it.</summary>
    public void Settle(WatchedContent content)
    {
        _settled = content.Hash;
        _suspect = "";
    }

    /// <summary>True if the content was bad at the last look too.</summary>
    public bool IsSuspect(WatchedContent content) => content.Hash == _suspect;

    /// <summary>
    /// Notes bad content. Certificate and key are exchanged one after the other, and an editor may write a file in two
    /// steps: what is bad once may be good a moment later, so it is reported at the second look only.
    /// </summary>
    public void Suspect(WatchedContent content) => _suspect = content.Hash;
}
