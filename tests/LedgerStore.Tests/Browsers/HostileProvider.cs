// A provider of OpenID Connect that says whatever a test wants: real HTTP, real signatures, and lies in between. It
// checks PKCE, and a code works once. Owned by its test.

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace LedgerStore.Tests.Browsers;

internal sealed class HostileProvider : IAsyncDisposable
{
    private const string KeyId = "key-1";

    private static readonly string[] s_types = ["code"];
    private static readonly string[] s_algorithms = ["RS256"];

    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _otherKey = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Challenge, string Token)> _codes = new();
    private readonly WebApplication _app;

    private HostileProvider()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.ListenLocalhost(Port));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    internal int Port { get; } = Ports.Free();

    internal string Issuer => $"http://localhost:{Port}";

    internal static async Task<HostileProvider> StartAsync()
    {
        HostileProvider provider = new();
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>Signs somebody in: what the provider would send them back with.</summary>
    /// <param name="asked">Where the server sent them.</param>
    /// <param name="change">What is told otherwise than an honest provider would.</param>
    /// <param name="signing">"RS256"; "other key"; "HS256"; "none", which says so; "empty", which does not.</param>
    internal string Grant(
        Uri asked, string subject, Action<Dictionary<string, object>> change, string signing = "RS256")
    {
        Dictionary<string, Microsoft.Extensions.Primitives.StringValues> query = QueryHelpers.ParseQuery(asked.Query);
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Dictionary<string, object> claims = new()
        {
            ["iss"] = Issuer,
            ["sub"] = subject,
            ["aud"] = query["client_id"].ToString(),
            ["nonce"] = query["nonce"].ToString(),
            ["iat"] = now,
            ["exp"] = now + 300,
            ["auth_time"] = now,
            ["acr"] = "mfa",
            ["amr"] = new[] { "pwd", "mfa" },
            ["preferred_username"] = subject + "@example.org",
        };
        change(claims);
        string code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _codes[code] = (query["code_challenge"].ToString(), Sign(claims, signing));
        return $"/signed-in?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
        _otherKey.Dispose();
    }

    private Task AnswerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/.well-known/openid-configuration" => context.Response.WriteAsJsonAsync(new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/keys",
            ["response_types_supported"] = s_types,
            ["id_token_signing_alg_values_supported"] = s_algorithms,
        }),
        "/keys" => context.Response.WriteAsJsonAsync(new { keys = new[] { PublicKey() } }),
        "/token" => TokenAsync(context),
        _ => Task.CompletedTask,
    };

    private async Task TokenAsync(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync();
        string verifier = WebEncoders.Base64UrlEncode(
            SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out (string Challenge, string Token) granted)
            || granted.Challenge != verifier)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new { error = "invalid_grant" });
            return;
        }

        await context.Response.WriteAsJsonAsync(new
        {
            access_token = "x",
            token_type = "Bearer",
            expires_in = 60,
            id_token = granted.Token,
        });
    }

    private Dictionary<string, string> PublicKey()
    {
        RSAParameters key = _key.ExportParameters(includePrivateParameters: false);
        return new Dictionary<string, string>
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["kid"] = KeyId,
            ["n"] = WebEncoders.Base64UrlEncode(key.Modulus!),
            ["e"] = WebEncoders.Base64UrlEncode(key.Exponent!),
        };
    }

    private string Sign(Dictionary<string, object> claims, string signing)
    {
        string algorithm = signing is "HS256" or "none" ? signing : "RS256";
        string head = Part(new Dictionary<string, object> { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = KeyId });
        string signed = $"{head}.{Part(claims)}";
        byte[] bytes = Encoding.ASCII.GetBytes(signed);
        byte[] signature = signing switch
        {
            "HS256" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(SignInServer.ClientSecret), bytes),
            "none" or "empty" => [],
            "other key" => _otherKey.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => _key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        return $"{signed}.{WebEncoders.Base64UrlEncode(signature)}";
    }

    private static string Part(Dictionary<string, object> values) =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(values));
}
