// Facts that need Node and a package of it. Without it they are shown as skipped, with the command that helps;
// with LEDGERSTORE_REQUIRE_INTEROP=1 they run and fail.

using Xunit;

namespace LedgerStore.Tests.Grpc;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
        : this("grpc-node", "@grpc/grpc-js")
    {
    }

    /// <param name="folder">Of tests/interop.</param>
    /// <param name="package">What has to be installed there.</param>
    public NodeFactAttribute(string folder, string package)
    {
        if (!InteropFiles.HasNode(folder, package) && !InteropFiles.IsRequired)
        {
            Skip = $"did not run: no {package} (npm ci --prefix tests/interop/{folder})";
        }
    }
}
