// One thing that an operator with write access to every file may do, and who must notice. Immutable.

namespace LedgerStore.Tests.Engine.Tamper;

/// <summary>Who can notice.</summary>
[Flags]
internal enum Notice
{
    None = 0,

    /// <summary>The store, when it is started with its key.</summary>
    Start = 1,

    /// <summary>The scrubber of a running store.</summary>
    Scrubber = 2,

    /// <summary>Offline verification with the public key alone.</summary>
    Verify = 4,

    /// <summary>Offline verification with the public key and the newest checkpoint that somebody kept.</summary>
    Kept = 8,

    /// <summary>Whoever saw the newest checkpoint and looks at the next one that the store signs.</summary>
    Witness = 16,

    /// <summary>Offline verification with the public key and the anchor.</summary>
    Anchor = 32,

    /// <summary>Offline verification, with whatever it is given.</summary>
    Verifiers = Verify | Kept | Anchor,

    /// <summary>Those that read all entries.</summary>
    Readers = Scrubber | Verifiers,
}

/// <summary>An attack and its table row.</summary>
/// <param name="Name">Unique; the first column.</param>
/// <param name="WithChecksums">The operator makes every checksum right again.</param>
/// <param name="Promised">Exactly those who notice: no more and no fewer.</param>
/// <param name="Do">What he does to a closed store.</param>
internal sealed record Attack(string Name, bool WithChecksums, Notice Promised, Action<TamperedStore> Do);
