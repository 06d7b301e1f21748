// Somebody who signed in at the page: what the provider signed about them, and whether that still counts. It lives as
// long as the session. Immutable but for its end; any thread.
using System.Collections.Immutable;
using LedgerStore.Policy;

namespace LedgerStore.Server.Identity;

/// <param name="Issuer">Who says so.</param>
/// <param name="Subject">What the issuer calls the person, for good.</param>
/// <param name="Label">What people call them, as the issuer says; it can change, and may be anything.</param>
/// <param name="Groups">As far as the configured claim has them.</param>
/// <param name="Facts">How they signed in.</param>
/// <param name="ValidUntil">After that they must sign in again.</param>
internal sealed record SignIn(
    string Issuer,
    string Subject,
    string Label,
    ImmutableArray<string> Groups,
    SignInFacts Facts,
    DateTimeOffset ValidUntil)
{
    private volatile bool _isOver;

    /// <summary>They signed out, or were signed out.</summary>
    public bool IsOver => _isOver;

    /// <summary>The person in records. The subject is first: a label can be whatever somebody chose for it.</summary>
    public string Person { get; } = Label.Length == 0 ? Subject : $"{Subject} ({Label})";

    public void End() => _isOver = true;
}
