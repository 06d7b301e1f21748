// The cold tier in server.yaml: a directory or a bucket, what belongs together, and what is refused.
using LedgerStore.Engine.S3;
using LedgerStore.Server.Config;
using Xunit;

namespace LedgerStore.Tests.Configuration;

public sealed class ColdConfigTests : IDisposable
{
    private readonly ConfigDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_settings_nothing_becomes_cold() => Assert.Null(_directory.Load().Cold);

    [Fact]
    public void A_directory_is_relative_to_the_file()
    {
        ColdConfig cold = Load("cold: { directory: there }").Cold!;
        Assert.Equal((_directory.In("there"), null), (cold.Directory, cold.Bucket));
    }

    [Fact]
    public void A_bucket_has_all_its_settings()
    {
        ServerConfig config = Load(
            "cold: { bucket: audit-cold, endpoint: 'http://127.0.0.1:7480', region: eu-central-1, prefix: a/b_c,"
            + " object_lock: governance }");
        ConfigSafety.Check(config, ServeMode.Serve);
        Assert.Null(config.Cold!.Directory);
        S3ColdStoreOptions bucket = config.Cold.Bucket!;
        Assert.Equal(
            ("audit-cold", new Uri("http://127.0.0.1:7480"), "eu-central-1", "a/b_c", S3ObjectLock.Governance),
            (bucket.Bucket, bucket.Endpoint, bucket.Region, bucket.Prefix, bucket.ObjectLock));
    }

    [Fact]
    public void A_bucket_alone_is_enough()
    {
        S3ColdStoreOptions bucket = Load("cold: { bucket: audit-cold }").Cold!.Bucket!;
        Assert.Equal(
            ("audit-cold", null, null, "", S3ObjectLock.Compliance),
            (bucket.Bucket, bucket.Endpoint, bucket.Region, bucket.Prefix, bucket.ObjectLock));
    }

    [Theory]
    [InlineData("cold: { bucket: aaa, directory: x }", "cold.directory: \"x\" cannot be together with cold.bucket")]
    [InlineData("cold: { prefix: x }", "cold.prefix: \"x\" says nothing without cold.bucket")]
    [InlineData("cold: { region: x, directory: y }", "cold.region: \"x\" says nothing without cold.bucket")]
    [InlineData("cold: { bucket: A }", "cold.bucket: \"A\" is no bucket (3 to 63 lower-case")]
    [InlineData("cold: { bucket: aaa, prefix: /x }", "cold.prefix: \"/x\" is no prefix")]
    [InlineData("cold: { bucket: aaa, prefix: 'a b' }", "cold.prefix: \"a b\" is no prefix")]
    [InlineData("cold: { bucket: aaa, region: 'x y' }", "cold.region: \"x y\" is no region")]
    [InlineData("cold: { bucket: aaa, endpoint: s3 }", "cold.endpoint: \"s3\" is no http or https address")]
    [InlineData("cold: { bucket: aaa, object_lock: some }", "cold.object_lock: \"some\" is not one of the choices")]
    public void What_contradicts_or_is_no_name_is_refused(string text, string why)
    {
        ConfigException error = Assert.Throws<ConfigException>(() => Load(text));
        Assert.Equal(2, error.ExitCode);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cold: { bucket: aaa, endpoint: 'http://s3.example.org' }", "in the open")]
    [InlineData("cold: { directory: data/cold }", "inside the data directory")]
    public void What_would_be_unsafe_is_refused(string text, string why)
    {
        ServerConfig config = Load(text);
        ConfigException error = Assert.Throws<ConfigException>(() => ConfigSafety.Check(config, ServeMode.Serve));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private ServerConfig Load(string cold)
    {
        File.WriteAllText(_directory.In("server.yaml"), $"{ConfigDirectory.ConfigText}\n{cold}\n");
        return _directory.Load();
    }
}
