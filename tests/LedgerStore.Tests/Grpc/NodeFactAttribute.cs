// Facts that need Node's gRPC. Without it they are shown as skipped, with the command that helps;
// with LEDGERSTORE_REQUIRE_INTEROP=1 they run and fail.

using Xunit;

namespace LedgerStore.Tests.Grpc;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        if (!InteropFiles.HasNode && !InteropFiles.IsRequired)
        {
            Skip = "did not run: no @grpc/grpc-js (npm ci --prefix tests/interop/grpc-node)";
        }
    }
}
