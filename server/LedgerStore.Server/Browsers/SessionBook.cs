// The sessions of browsers: in memory only, so that a restart ends all of them, and what is ended is over at once,
// whoever still has its cookie. A cookie is 256 random bits; only its hash is kept. Guarded by its own lock, which
// nothing blocks under; any thread.
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Browsers;

/// <summary>One browser in which somebody signed in.</summary>
/// <param name="Key">The hash of its cookie.</param>
/// <param name="Csrf">What each call of its page must have in its header: no other page can know it.</param>
internal sealed record BrowserSession(string Key, SignIn SignIn, string Csrf);

/// <summary>All that are open.</summary>
internal sealed class SessionBook(TimeProvider time)
{
    private const int SecretBytes = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BrowserSession> _open = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>The session of a cookie; null if there is none that still counts.</summary>
    public BrowserSession? Find(string? cookie)
    {
        if (cookie is not { Length: > 0 and <= 128 })
        {
            return null;
        }

        lock (_gate)
        {
            return _open.TryGetValue(KeyOf(cookie), out BrowserSession? session)
                && !session.SignIn.IsOver && time.GetUtcNow() <= session.SignIn.ValidUntil
                    ? session
                    : null;
        }
    }

    /// <summary>Opens a session, and ends those that it replaces.</summary>
    /// <param name="former">The key of the session that the same browser had; null: it had none.</param>
    /// <returns>The cookie.</returns>
    public string Open(SignIn signIn, string? former)
    {
        string cookie = Secret();
        BrowserSession session = new(KeyOf(cookie), signIn, Secret());
        lock (_gate)
        {
            if (former is not null && _open.Remove(former, out BrowserSession? replaced))
            {
                replaced.SignIn.End();
            }

            MakeRoom(signIn);
            _open.Add(session.Key, session);
        }

        return cookie;
    }

    /// <summary>Ends a session.</summary>
    public void End(BrowserSession session)
    {
        lock (_gate)
        {
            _open.Remove(session.Key);
        }

        session.SignIn.End();
    }

    // Those that are over go; then the oldest of the same person; then, of all, the one that would end first.
    private void MakeRoom(SignIn signIn)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (BrowserSession over in _open.Values.Where(one => one.SignIn.ValidUntil < now).ToArray())
        {
            EndUnderLock(over);
        }

        BrowserSession[] own =
        [
            .. _open.Values
                .Where(one => one.SignIn.Issuer == signIn.Issuer && one.SignIn.Subject == signIn.Subject)
                .OrderBy(one => one.SignIn.ValidUntil),
        ];
        if (own.Length >= ServerLimits.SessionsPerPerson)
        {
            EndUnderLock(own[0]);
        }

        if (_open.Count >= ServerLimits.Sessions)
        {
            EndUnderLock(_open.Values.MinBy(one => one.SignIn.ValidUntil)!);
        }
    }

    private void EndUnderLock(BrowserSession session)
    {
        _open.Remove(session.Key);
        session.SignIn.End();
    }

    private static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    private static string KeyOf(string cookie) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cookie)));
}
