// How a bucket is reached, and how patient the store is with it. Immutable.

namespace LedgerStore.Engine.S3;

/// <summary>The settings of a cold store in a bucket. Credentials come from the standard AWS chain: environment,
/// profile, container, instance.</summary>
public sealed record S3ColdStoreOptions
{
    /// <summary>The bucket. It must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>Put before every name, with a slash between; empty: nothing.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>The address of an S3-compatible store, which then has the bucket in the path; null: Amazon's.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region; null: from the standard AWS chain, and us-east-1 with an <see cref="Endpoint"/>.</summary>
    public string? Region { get; init; }

    /// <summary>What kind of retention objects get, where the bucket has Object Lock.</summary>
    public S3ObjectLock ObjectLock { get; init; } = S3ObjectLock.Compliance;

    /// <summary>How often a request that failed by the network's or the store's fault is sent at most.</summary>
    public int AttemptsMax { get; init; } = 5;

    /// <summary>The pause before the second attempt; it doubles from one to the next, and a random part of up to a
    /// half is taken off.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a connection may take, and how long a request may be without any progress. When this much
    /// has passed, there is no further attempt.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock: a retention that is over is not asked for.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>The two kinds of retention that S3 knows.</summary>
public enum S3ObjectLock
{
    /// <summary>Nobody can delete the object before its time, nor take the retention away.</summary>
    Compliance,

    /// <summary>Nobody but those with a special permission.</summary>
    Governance,
}
