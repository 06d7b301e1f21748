// Facts that need Debian's chromium, and axe-core among the page's packages. Without them they are shown as skipped,
// with the command that helps; with LEDGERSTORE_REQUIRE_INTEROP=1 they run and fail.

using LedgerStore.Tests.Gates;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.WebConsole;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    internal const string Program = "/usr/bin/chromium";

    public ChromiumFactAttribute()
    {
        if (InteropFiles.IsRequired)
        {
            return;
        }

        Skip = !File.Exists(Program) ? "did not run: apt-get install --no-install-recommends chromium"
            : !File.Exists(Axe) ? "did not run: npm ci --prefix client/console"
            : null;
    }

    /// <summary>The script that looks for barriers.</summary>
    internal static string Axe =>
        Path.Combine(SourceTree.Root, "client", "console", "node_modules", "axe-core", "axe.min.js");
}
