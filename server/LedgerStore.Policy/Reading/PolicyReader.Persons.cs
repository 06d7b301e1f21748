// What a policy says of persons: who they are to a provider, and how they must have signed in for a binding to count.
// One thread, one file.
using System.Collections.Immutable;
using System.Globalization;

namespace LedgerStore.Policy;

internal sealed partial class PolicyReader
{
    // All that the page of the server can be used for.
    private static readonly CapabilitySet s_forPersons =
        CapabilitySet.None.With(Capability.Read).With(Capability.Verify);

    private OidcRule? ReadOidc(YamlNode node)
    {
        if (_reader.Fields(node, "oidc", PolicyFields.Oidc) is not { } fields
            || _reader.Require(fields, "issuer", "oidc", node.At) is not { } issuerNode)
        {
            return null;
        }

        bool hasSubject = fields.TryGetValue("subject", out YamlNode? subject);
        bool hasGroup = fields.TryGetValue("group", out YamlNode? group);
        if (hasSubject == hasGroup)
        {
            _bag.Error(hasSubject ? "type" : "missing", node.At,
                $"oidc {(hasSubject ? "has both subject and group" : "has neither subject nor group")}",
                "exactly one of them tells who it is");
            return null;
        }

        string? issuer = ReadIssuer(issuerNode);
        string? value = ReadOidcText(hasSubject ? subject! : group!, hasSubject ? "subject" : "group");
        return issuer is null || value is null
            ? null
            : new OidcRule(issuer, hasSubject ? value : null, hasSubject ? null : value);
    }

    private string? ReadIssuer(YamlNode node)
    {
        if (_reader.Text(node, "issuer") is not { } text)
        {
            return null;
        }

        if (text.Length <= PolicyLimits.UriLength && text.All(letter => letter is > ' ' and <= '~')
            && Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0)
        {
            return text;
        }

        _bag.Error("oidc", node.At, $"{Quoted.Text(text)} is no issuer",
            "an https address, exactly as the provider's tokens have it: https://login.example.org");
        return null;
    }

    private string? ReadOidcText(YamlNode node, string what)
    {
        if (_reader.Text(node, what) is not { } text)
        {
            return null;
        }

        if (text.Length is > 0 and <= PolicyLimits.SubjectLength && text.All(letter => letter is >= ' ' and <= '~'))
        {
            return text;
        }

        _bag.Error("oidc", node.At,
            $"{what} has 1 to {PolicyLimits.SubjectLength} printable letters of ASCII, and this one has not", "");
        return null;
    }

    private SignInDemand? ReadSignIn(YamlNode node)
    {
        if (_reader.Fields(node, "sign_in", PolicyFields.SignIn) is not { } fields)
        {
            return null;
        }

        if (fields.Count == 0)
        {
            _bag.Error("empty", node.At, "sign_in demands nothing", "leave it out");
        }

        string? acr = fields.TryGetValue("acr", out YamlNode? value) ? ReadOidcText(value, "acr") : null;
        string? amr = fields.TryGetValue("amr", out value) ? ReadOidcText(value, "amr") : null;
        return new SignInDemand(acr, amr, fields.TryGetValue("max_age", out value) ? ReadAge(value) : null);
    }

    private TimeSpan? ReadAge(YamlNode node)
    {
        if (node is YamlText text && Scalars.DurationUnit(text.Value, out string digits) is { } unit
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && (Int128)count * unit is var ticks
            && ticks >= TimeSpan.TicksPerMinute && ticks <= TimeSpan.TicksPerDay)
        {
            return new TimeSpan((long)ticks);
        }

        _bag.Error("type", node.At, "max_age is no time from 1m to 24h", "for example 15m");
        return null;
    }

    // A page can be made to do what its reader did not want: what it cannot be used for cannot be done with it.
    private void CheckPersons(
        PolicyRole role, ImmutableArray<PolicyIdentity> members, YamlNode? signIn, SourcePosition at)
    {
        CapabilitySet tooMuch = role.Capabilities.Without(s_forPersons);
        if (members.FirstOrDefault(one => one.Oidc is not null) is { } person && !tooMuch.IsEmpty)
        {
            _bag.Error("unsafe", at,
                $"the role {Quoted.Text(role.Name)} gives {tooMuch} to {Quoted.Text(person.Name)}, who signs in at a"
                + " page; a page can only read and verify",
                "bind a role with read or verify only; who appends or administers has a certificate");
        }

        if (signIn is not null && members.FirstOrDefault(one => one.Oidc is null) is { } program)
        {
            _bag.Error("unsafe", signIn.At,
                $"sign_in demands what a certificate cannot show, and {Quoted.Text(program.Name)} comes with one",
                "make a binding of its own for those who sign in");
        }
    }
}
