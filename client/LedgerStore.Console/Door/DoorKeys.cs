// The secrets of one run: the token that opens the page once, and the session that it is exchanged for. Both are 256
// random bits, compared in constant time, and known to nobody else. Any thread.

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.WebConsole.Door;

/// <summary>What opens the door.</summary>
internal sealed class DoorKeys
{
    private const int Bytes = 32;

    private readonly string _session = Secret();
    private int _isUsed;

    /// <summary>Is printed, and opens the page once.</summary>
    public string Token { get; } = Secret();

    /// <summary>Takes a token.</summary>
    /// <returns>The session's secret for the first who has the right token; null for everybody else.</returns>
    public string? Exchange(string? token) =>
        IsSame(token, Token) && Interlocked.Exchange(ref _isUsed, 1) == 0 ? _session : null;

    /// <summary>It is the token, whether it was used or not.</summary>
    public bool IsToken(string? token) => IsSame(token, Token);

    public bool IsSession(string? secret) => IsSame(secret, _session);

    private static bool IsSame(string? given, string expected) => given is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
}
