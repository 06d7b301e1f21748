// Who may pass: the decision about one request, from its facts alone. Pure; any thread.
//
//   Host            127.0.0.1:PORT or localhost:PORT, nothing else: a name of somebody else that was made to point here
//                   (DNS rebinding) is one that we do not have
//   Origin          if there is one, it is ours: other pages, and other ports of this machine, are not
//   Sec-Fetch-Site  if there is one, it is this page or the address line
//   cookie          the session; SameSite=Strict, so that no other page can have it sent
//   header          for what is asked by POST: no form can set it

namespace LedgerStore.WebConsole.Door;

/// <summary>What a request says about who makes it.</summary>
internal readonly record struct DoorFacts
{
    public required string? Host { get; init; }

    public string? Origin { get; init; }

    public string? FetchSite { get; init; }

    public bool HasSession { get; init; }

    public bool IsPost { get; init; }

    public string? Header { get; init; }
}

/// <summary>Why a request does not pass.</summary>
internal enum DoorRefusal
{
    None,
    WrongHost,
    WrongOrigin,
    NoSession,
    NoHeader,
}

/// <summary>The door's rules.</summary>
internal sealed class DoorCheck(int port)
{
    /// <summary>The header that every call of the page has, and what it says.</summary>
    public const string HeaderName = "x-ledger-console";

    public const string HeaderValue = "1";

    private readonly string[] _hosts = [$"127.0.0.1:{port}", $"localhost:{port}"];

    /// <summary>May it be here at all: asked before anything else is looked at.</summary>
    public DoorRefusal CheckPlace(in DoorFacts facts) =>
        !_hosts.Contains(facts.Host, StringComparer.Ordinal) ? DoorRefusal.WrongHost
        : facts.Origin is { } origin && origin != "http://" + facts.Host ? DoorRefusal.WrongOrigin
        : DoorRefusal.None;

    /// <summary>May it have what is behind the door.</summary>
    public DoorRefusal Check(in DoorFacts facts) => CheckPlace(facts) switch
    {
        DoorRefusal.None when facts.FetchSite is not (null or "same-origin" or "none") => DoorRefusal.WrongOrigin,
        DoorRefusal.None when !facts.HasSession => DoorRefusal.NoSession,
        DoorRefusal.None when facts.IsPost && facts.Header != HeaderValue => DoorRefusal.NoHeader,
        DoorRefusal refusal => refusal,
    };
}
