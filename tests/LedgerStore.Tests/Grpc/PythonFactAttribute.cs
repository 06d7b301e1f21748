// Facts that need Python's gRPC. Without it they are shown as skipped, with the command that helps;
// with LEDGERSTORE_REQUIRE_INTEROP=1 they run and fail.

using Xunit;

namespace LedgerStore.Tests.Grpc;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute()
    {
        if (InteropFiles.Python is null && !InteropFiles.IsRequired)
        {
            Skip = "did not run: no python3 with grpcio (apt-get install python3-grpcio python3-protobuf)";
        }
    }
}
