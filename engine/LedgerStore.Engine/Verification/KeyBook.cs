// Which keys are trusted for which log. Immutable after construction: any thread.
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>The keys and checkpoints that a verification was given, by origin.</summary>
internal sealed class KeyBook
{
    private readonly Dictionary<string, LogKeySet> _keys;
    private readonly ILookup<string, TrustedCheckpoint> _checkpoints;
    private readonly IReadOnlyList<VerifierKey> _storeKeys;
    private readonly Func<string, LogKeySet?>? _find;

    public KeyBook(VerifyOptions options)
    {
        _keys = options.Keys.ToDictionary(keys => keys.Origin, StringComparer.Ordinal);
        _checkpoints = options.TrustedCheckpoints.ToLookup(known => known.Origin, StringComparer.Ordinal);
        _storeKeys = options.StoreKeys;
        _find = options.FindKeys;
        Origins = [.. _keys.Keys.Union(_checkpoints.Select(known => known.Key)).Order(StringComparer.Ordinal)];
    }

    /// <summary>What the anchor says was signed, by ledger, and where it is. Set before any ledger is read.</summary>
    public (IReadOnlyDictionary<uint, CheckpointRecord> Newest, string Path) Anchor { get; set; } =
        (new Dictionary<uint, CheckpointRecord>(), string.Empty);

    /// <summary>Any key or checkpoint is trusted.</summary>
    public bool HasTrust => _keys.Count + _checkpoints.Count + _storeKeys.Count > 0 || _find is not null;

    /// <summary>The logs that were named, and so must be there.</summary>
    public IReadOnlyList<string> Origins { get; }

    /// <summary>The keys of a log; null when none is trusted for it.</summary>
    public LogKeySet? KeysOf(string origin)
    {
        try
        {
            return _keys.TryGetValue(origin, out LogKeySet? keys)
                ? keys
                : _find?.Invoke(origin) ?? SharedOf(origin);
        }
        catch (MalformedDataException)
        {
            // No key can have this name, so nothing that is signed for this origin can be verified.
            return null;
        }
    }

    // A log signs with its own origin as the name of the key: one public key has as many names as there are logs.
    private LogKeySet? SharedOf(string origin)
    {
        if (_storeKeys.Count == 0)
        {
            return null;
        }

        KeyName name = KeyName.Parse(origin);
        VerifierKey[] named =
            [.. _storeKeys.Select(key => new VerifierKey(name, SignatureType.Ed25519, key.PublicKey))];
        return LogKeySet.Trust(origin, new VerifierKeys(named));
    }

    /// <summary>The checkpoint of a ledger in the anchor, and its path.</summary>
    public IEnumerable<(CheckpointRecord Record, string File)> AnchoredOf(uint ledger) =>
        Anchor.Newest.TryGetValue(ledger, out CheckpointRecord? record) ? [(record, Anchor.Path)] : [];

    public IEnumerable<TrustedCheckpoint> CheckpointsOf(string origin) => _checkpoints[origin];
}
