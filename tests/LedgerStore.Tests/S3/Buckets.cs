// Stores, bytes and credentials for the tests of this folder. Any thread.

using LedgerStore.Engine;
using LedgerStore.Engine.S3;
using Xunit;

namespace LedgerStore.Tests.S3;

internal static class Buckets
{
    public const string AccessKey = "ledgerstore";
    public const string SecretKey = "only-for-tests";

    static Buckets() => UseKeys();

    /// <summary>For all who take the standard AWS chain in this process.</summary>
    public static void UseKeys()
    {
        // The first link of the standard chain; whatever this machine has for its own work is not used.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SecretKey);
        Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", null);
    }

    /// <summary>A store without pauses.</summary>
    public static S3ColdStore Open(Uri endpoint, string bucket) => new(OptionsOf(endpoint, bucket));

    public static S3ColdStoreOptions OptionsOf(Uri endpoint, string bucket) => new()
    {
        Bucket = bucket,
        Endpoint = endpoint,
        Prefix = "audit/prod",
        BackOff = TimeSpan.FromMilliseconds(1),
        AttemptsMax = 3,
    };

    public static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    public static ValueTask<bool> PutAsync(this S3ColdStore store, string name, byte[] bytes) =>
        store.PutAsync(name, bytes, keepUntil: null);

    public static ValueTask<bool> PutAsync(
        this S3ColdStore store, string name, byte[] bytes, DateTimeOffset? keepUntil) =>
        store.PutIfAbsentAsync(name, new MemoryStream(bytes), keepUntil, CancellationToken.None);

    public static async Task<byte[]> ReadAsync(this S3ColdStore store, string name, long offset, int length) =>
        (await store.ReadAsync(name, offset, length, CancellationToken.None)).ToArray();

    public static async Task<string> FailsAsync(ColdStoreFailure kind, Func<Task> action)
    {
        ColdStoreException failed = await Assert.ThrowsAsync<ColdStoreException>(action);
        Assert.True(kind == failed.Failure, $"{failed.Failure}: {failed}");
        return failed.Message;
    }
}
