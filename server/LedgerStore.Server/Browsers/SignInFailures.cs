// Why a sign-in failed, from what the package threw to a sentence for whoever stands there. Nothing of a token is in
// it. Pure; any thread.
using LedgerStore.Server.Audit;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace LedgerStore.Server.Browsers;

/// <summary>The words for failures.</summary>
internal static class SignInFailures
{
    private const int ProviderTextLength = 120;

    /// <summary>A sentence without a point.</summary>
    public static string TextOf(Exception? failure) => failure switch
    {
        SignInRefusedException own => own.Message,
        SecurityTokenInvalidIssuerException => "the token is of another issuer than the one that this server trusts",
        SecurityTokenInvalidAudienceException => "the token was made for another application than this one",
        SecurityTokenExpiredException or SecurityTokenNoExpirationException => "the provider's token has expired",
        SecurityTokenNotYetValidException => "the provider's token is not valid yet: compare the clocks",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException =>
            "the token is not signed by a key of the provider that this server trusts",
        SecurityTokenInvalidAlgorithmException => "the token is signed in a way that this server does not take",
        OpenIdConnectProtocolInvalidNonceException => "the token belongs to another sign-in (nonce)",
        OpenIdConnectProtocolException answered when answered.Data["error"] is string code =>
            $"the provider refused: {AuditText.Of(code, ProviderTextLength)}",
        OpenIdConnectProtocolException said =>
            $"the provider's answer is not in order: {AuditText.Of(said.Message, ProviderTextLength)}",
        SecurityTokenException => "the provider's token cannot be used",
        HttpRequestException or TaskCanceledException or IOException => "the provider did not answer",
        { InnerException: { } inner } when inner is SecurityTokenException or OpenIdConnectProtocolException =>
            TextOf(inner),
        { Message: { } text } when text.Contains("Correlation", StringComparison.Ordinal)
            || text.Contains("State", StringComparison.Ordinal) =>
            "this answer belongs to no sign-in that this browser began, or that sign-in was used already",
        _ => "the sign-in failed",
    };
}

/// <summary>This server refuses a sign-in that the provider has made.</summary>
internal sealed class SignInRefusedException(string why) : Exception(why);
