// Ceph's RADOS gateway, started by tests/s3/rgw.sh when the first test needs it, stopped when all are done. Any thread.

using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.S3;

/// <summary>A real S3 server for the tests of one collection.</summary>
public sealed class Rgw : IDisposable
{
    public const string Collection = "a real S3 server";
    private readonly Lazy<Uri> _address;
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-rgw-").FullName;

    public Rgw() => _address = new Lazy<Uri>(Start);

    /// <summary>Where it is; starts it.</summary>
    public Uri Address => _address.Value;

    /// <summary>A client with the rights of the bucket's owner.</summary>
    public AmazonS3Client CreateOwner() => new(
        new BasicAWSCredentials(Buckets.AccessKey, Buckets.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = Address.AbsoluteUri,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
        });

    /// <summary>A new bucket, and its name.</summary>
    public async Task<string> CreateBucketAsync(bool withLock)
    {
        using AmazonS3Client owner = CreateOwner();
        string name = "cold-" + Guid.NewGuid().ToString("N")[..12];
        await owner.PutBucketAsync(new PutBucketRequest { BucketName = name, ObjectLockEnabledForBucket = withLock });
        return name;
    }

    public void Dispose()
    {
        if (_address.IsValueCreated)
        {
            Run("stop", _directory);
        }

        Directory.Delete(_directory, recursive: true);
    }

    private Uri Start()
    {
        Run("start", _directory, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        const string Name = "LEDGERSTORE_S3_ENDPOINT=";
        string line = File.ReadLines(Path.Combine(_directory, "s3.env"))
            .Single(one => one.StartsWith(Name, StringComparison.Ordinal));
        return new Uri(line[Name.Length..]);
    }

    private static void Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(SourceTree.Root, "tests", "s3", "rgw.sh"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"rgw.sh {arguments[0]}: {errors}");
    }
}

[CollectionDefinition(Rgw.Collection)]
public sealed class RgwCollection : ICollectionFixture<Rgw>;
