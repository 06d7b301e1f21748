// Facts that need Debian's chromium, Node, and oidc-provider from npm. Without them they are shown as skipped, with the
// command that helps; with LEDGERSTORE_REQUIRE_INTEROP=1 they run and fail.

using LedgerStore.Tests.Grpc;
using LedgerStore.Tests.WebConsole;
using Xunit;

namespace LedgerStore.Tests.Browsers;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class OidcFactAttribute : FactAttribute
{
    public OidcFactAttribute()
    {
        if (!InteropFiles.IsRequired)
        {
            Skip = !File.Exists(ChromiumFactAttribute.Program)
                ? "did not run: apt-get install --no-install-recommends chromium"
                : !InteropFiles.HasNode("oidc", "oidc-provider")
                    ? "did not run: npm ci --prefix tests/interop/oidc"
                    : null;
        }
    }
}
