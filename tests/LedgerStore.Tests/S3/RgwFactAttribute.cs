// Facts that need a real S3 server. Without it they are shown as skipped, with the command that helps;
// with LEDGERSTORE_REQUIRE_INTEROP=1 they run and fail.

using Xunit;

namespace LedgerStore.Tests.S3;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class RgwFactAttribute : FactAttribute
{
    private static readonly string[] s_programs = ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "monmaptool"];

    public RgwFactAttribute()
    {
        string? missing = Array.Find(s_programs, name => !File.Exists("/usr/bin/" + name));
        if (missing is not null && Environment.GetEnvironmentVariable("LEDGERSTORE_REQUIRE_INTEROP") != "1")
        {
            Skip = $"did not run: no {missing} (tests/s3/rgw.sh install)";
        }
    }
}
