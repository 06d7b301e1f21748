// What the page is told about where it is and who looks at it: /console.json. Without a session it is told where one is
// made. Immutable; any thread.
using System.Reflection;
using System.Text.Json;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using LedgerStore.WebPage;

namespace LedgerStore.Server.Browsers;

/// <summary>The page's view of its server.</summary>
internal sealed class PageFacts(ServerConfig config, IdentityService identities)
{
    private static readonly string s_version =
        typeof(PageFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";

    public byte[] ToJson(BrowserSession? session)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("kind", "server");
            json.WriteString("source", "server");
            json.WriteString("address", config.Console!.Address.GetLeftPart(UriPartial.Authority));
            json.WriteString("version", s_version);
            json.WriteString("bundle", PageAssets.Embedded.Sha256);

            // Never the server's own: a key counts that its reader got elsewhere and put into this browser.
            json.WriteStartArray("keys");
            json.WriteEndArray();
            json.WriteString("public_name", config.PublicName);
            json.WriteString("sign_in", "/sign-in");
            json.WriteString("identity", session is null ? string.Empty : NameOf(session.SignIn));
            json.WriteString("csrf", session?.Csrf ?? string.Empty);
            if (session is not null)
            {
                json.WriteString("until", session.SignIn.ValidUntil.UtcDateTime);
            }

            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private string NameOf(SignIn signIn)
    {
        string? identity = identities.Policy.IdentifyPerson(signIn.Issuer, signIn.Subject, signIn.Groups).Name;
        return identity is null ? signIn.Person : $"{identity}: {signIn.Person}";
    }
}
