// A real S3 server on loopback, Ceph's RADOS gateway, by the script that the tests use; data in memory. Owned by one
// suite; gone with it, or with this process.
using System.Diagnostics;
using System.Globalization;
using Amazon.S3;

namespace LedgerStore.Bench.Engine;

internal sealed class BucketServer : IDisposable
{
    public const string Install = "tests/s3/rgw.sh install";
    public const string Bucket = "cold";

    private readonly string _script;
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-bench-s3-").FullName;

    private BucketServer(string script)
    {
        _script = script;
        RunScript("start", _directory, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        foreach (string line in File.ReadLines(Path.Combine(_directory, "s3.env")))
        {
            // Credentials come from the environment, as those of a server do.
            string[] parts = line.Split('=', 2);
            Environment.SetEnvironmentVariable(parts[0], parts[1]);
        }

        Endpoint = new Uri(Environment.GetEnvironmentVariable("LEDGERSTORE_S3_ENDPOINT")!);
        using AmazonS3Client owner = Connect();
        owner.PutBucketAsync(Bucket).GetAwaiter().GetResult();
    }

    public Uri Endpoint { get; }

    /// <summary>Starts it; null where it is not installed, or without the sources.</summary>
    public static BucketServer? TryStart()
    {
        const string Script = "tests/s3/rgw.sh";
        DirectoryInfo? root = new(Environment.CurrentDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, Script)))
        {
            root = root.Parent;
        }

        bool isInstalled = File.Exists("/usr/bin/radosgw") && File.Exists("/usr/bin/ceph-osd");
        return root is null || !isInstalled ? null : new BucketServer(Path.Combine(root.FullName, Script));
    }

    /// <summary>A client without the store's.</summary>
    public AmazonS3Client Connect() => new(new AmazonS3Config
    {
        ServiceURL = Endpoint.AbsoluteUri,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
    });

    public void Dispose()
    {
        RunScript("stop", _directory);
        Directory.Delete(_directory, recursive: true);
    }

    private void RunScript(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(_script, arguments) { UseShellExecute = false })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{_script} {arguments[0]} ended with {process.ExitCode}");
        }
    }
}
