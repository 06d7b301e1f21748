// Who sends: by client certificate, by token, or by a signature over the body. Made once for each source; any thread.
//
// A token is compared by its SHA-256, which is all that the configuration has; so neither the file nor the time that
// the comparison takes says anything about it.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Intake.Config;
using LedgerStore.Pki;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LedgerStore.Intake.Doors;

internal sealed class SenderCheck(AuthConfig auth, TimeProvider time)
{
    private static readonly object s_namesKey = new();

    /// <summary>Whether the body is needed to know.</summary>
    public bool NeedsBody => auth.Hmac is not null;

    /// <summary>By certificate or token; null: neither says who it is.</summary>
    public string? Of(HttpContext context) => OfCertificate(context) ?? OfToken(context.Request);

    /// <summary>By the signature; null: there is none, or it is wrong.</summary>
    public string? Of(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        if (auth.Hmac is not { } hmac || request.Headers[hmac.Header] is not { Count: 1 } header)
        {
            return null;
        }

        string digits = header.ToString();
        digits = digits.StartsWith("sha256=", StringComparison.Ordinal) ? digits["sha256=".Length..] : digits;
        if (digits.Length != 2 * SHA256.HashSizeInBytes || !digits.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        byte[] expected = HMACSHA256.HashData(hmac.Secret.AsSpan(), body.Span);
        return CryptographicOperations.FixedTimeEquals(expected, Convert.FromHexString(digits)) ? hmac.Sender : null;
    }

    /// <summary>By a certificate that the handshake took; null: it is none of this source's.</summary>
    public string? Of(X509Certificate2? certificate)
    {
        if (certificate is null || auth.Certificates.IsEmpty
            || time.GetUtcNow() > new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero))
        {
            return null;
        }

        string fingerprint = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))}";
        CertificateNames? names = CertificateNames.Read(certificate);
        return auth.Certificates.FirstOrDefault(allowed => allowed == fingerprint
            || (names is not null && (names.Uris.Contains(allowed) || names.DnsNames.Contains(allowed))));
    }

    /// <summary>Whether somebody may have been who was taken out of the configuration since.</summary>
    private string? OfCertificate(HttpContext context)
    {
        if (auth.Certificates.IsEmpty || context.Connection.ClientCertificate is not { } certificate)
        {
            return null;
        }

        // The same for all requests of a connection; the end of its validity is looked at each time.
        IDictionary<object, object?>? items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue((s_namesKey, this), out object? known) && known is string name)
        {
            return time.GetUtcNow() <= new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero)
                ? name
                : null;
        }

        string? found = Of(certificate);
        if (found is not null && items is not null)
        {
            items[(s_namesKey, this)] = found;
        }

        return found;
    }

    private string? OfToken(HttpRequest request)
    {
        StringValues header = request.Headers.Authorization;
        if (auth.Tokens.IsEmpty || header.Count != 1)
        {
            return null;
        }

        string text = header.ToString();
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        string scheme = space < 0 ? string.Empty : text[..space];
        bool isToken = scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            || scheme.Equals("Splunk", StringComparison.OrdinalIgnoreCase);
        if (!isToken)
        {
            return null;
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(HeaderText.Bytes(text[(space + 1)..].Trim())));
        return auth.Tokens.GetValueOrDefault(hash);
    }
}
