// Persons: who they are to an OpenID Connect provider, how they signed in, and how a binding demands that they did.
// Immutable values; pure; any thread.
using System.Collections.Immutable;
using System.Globalization;

namespace LedgerStore.Policy;

/// <summary>A person, or the members of a group, of one provider: exactly one of subject and group is there.</summary>
public sealed record OidcRule(string Issuer, string? Subject, string? Group)
{
    /// <summary>What is compared.</summary>
    internal string Key => KeyOf(Issuer, Subject is null ? 'g' : 's', Subject ?? Group!);

    internal static string KeyOf(string issuer, char kind, string value) => $"{issuer}\n{kind}\n{value}";

    public override string ToString() =>
        Subject is null ? $"group {Quoted.Text(Group!)} of {Issuer}" : $"subject {Quoted.Text(Subject)} of {Issuer}";
}

/// <summary>How somebody signed in, as the provider signed it.</summary>
/// <param name="Acr">The class of the sign-in; empty: the provider named none.</param>
/// <param name="Amr">The methods: "pwd", "otp", "mfa".</param>
public sealed record SignInFacts(string Acr, ImmutableArray<string> Amr, DateTimeOffset AuthTime);

/// <summary>What a binding demands of a sign-in; what is null is not demanded.</summary>
public sealed record SignInDemand(string? Acr, string? Amr, TimeSpan? MaxAge)
{
    /// <summary>What the sign-in lacks, as a sentence goes on after "needs"; null: nothing.</summary>
    public string? Missing(SignInFacts facts, DateTimeOffset now) =>
        (Acr is not null && Acr != facts.Acr)
            || (Amr is not null && !facts.Amr.Contains(Amr))
            || (MaxAge is { } age && now - facts.AuthTime > age)
            ? ToString()
            : null;

    public override string ToString()
    {
        List<string> parts = [];
        if (Acr is not null)
        {
            parts.Add($"of class {Quoted.Text(Acr)}");
        }

        if (Amr is not null)
        {
            parts.Add($"with method {Quoted.Text(Amr)}");
        }

        if (MaxAge is { } age)
        {
            parts.Add("at most " + (age.Ticks % TimeSpan.TicksPerMinute == 0
                ? ((long)age.TotalMinutes).ToString(CultureInfo.InvariantCulture) + " min old"
                : age.TotalSeconds.ToString(CultureInfo.InvariantCulture) + " s old"));
        }

        return $"a sign-in {string.Join(", ", parts)}";
    }
}
