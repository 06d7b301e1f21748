// What shows that a server said two things that cannot both be true, or something it cannot prove: a file that somebody
// else can check, with keys of their own.
// Immutable; any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>What is wrong with what a server said.</summary>
public enum ViolationKind
{
    /// <summary>A checkpoint carries a signature of a known key that does not verify.</summary>
    BadSignature,

    /// <summary>A checkpoint is signed by no key that is known and valid at its size.</summary>
    UnknownKey,

    /// <summary>Two checkpoints of one size, signed by the log, with different roots.</summary>
    SplitView,

    /// <summary>A checkpoint that is not shown to continue an older one.</summary>
    Inconsistent,

    /// <summary>The newest checkpoint is older than one that was seen before.</summary>
    Rollback,

    /// <summary>An entry that is not shown to be in the tree.</summary>
    WrongInclusion,

    /// <summary>Entries that a checkpoint commits to were left out.</summary>
    Withheld,

    /// <summary>Entries exist, and no checkpoint covers them in time.</summary>
    Stale,

    /// <summary>A key rotation that does not continue the keys that are trusted.</summary>
    WrongRotation,

    /// <summary>
    /// An answer that is none to its question, or contradicts itself: entries twice, left out or shifted, lengths that
    /// do not fit, another ledger than was asked for. No key is needed to see it. Nothing in it is signed, so nobody
    /// else can check it.
    /// </summary>
    WrongAnswer,
}

/// <summary>What a third party finds when it checks evidence.</summary>
public enum EvidenceVerdict
{
    /// <summary>
    /// The log's own signatures contradict each other. No explanation is possible but a fault of the log.
    /// </summary>
    Proves,

    /// <summary>
    /// The evidence is what it claims to be. The log could answer it, by the proof that it did not give: ask for that.
    /// </summary>
    Supports,

    /// <summary>The evidence does not show what it claims.</summary>
    DoesNotHold,

    /// <summary>
    /// Nothing that the log signed supports it: a bad signature, a strange key or a checkpoint that did not come can be
    /// claimed by anybody. It is the word of whoever wrote it.
    /// </summary>
    OnlyClaims,
}

/// <summary>Evidence of a violation.</summary>
public sealed record Evidence
{
    /// <summary>What is wrong.</summary>
    public required ViolationKind Kind { get; init; }

    /// <summary>The origin of the log.</summary>
    public required string Origin { get; init; }

    /// <summary>What happened, in a sentence.</summary>
    public required string Statement { get; init; }

    /// <summary>What an honest server would have answered.</summary>
    public string Expected { get; init; } = string.Empty;

    /// <summary>What came instead.</summary>
    public string Came { get; init; } = string.Empty;

    /// <summary>When it was found, by the finder's clock.</summary>
    public required DateTimeOffset Observed { get; init; }

    /// <summary>The vkeys that the finder trusted. Who checks uses keys of their own.</summary>
    public IReadOnlyList<string> Vkeys { get; init; } = [];

    /// <summary>The statements by which the keys were followed, or which are the evidence.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Rotations { get; init; } = [];

    /// <summary>The checkpoint that was accepted before; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Accepted { get; init; }

    /// <summary>The checkpoint in question.</summary>
    public ReadOnlyMemory<byte> Offered { get; init; }

    /// <summary>The proof that the server gave, if it gave one.</summary>
    public IReadOnlyList<Hash256> Proof { get; init; } = [];

    /// <summary>The index in question, if it is about entries.</summary>
    public ulong? Index { get; init; }

    /// <summary>The leaf in question, if it is about an entry.</summary>
    public Hash256? Leaf { get; init; }

    /// <summary>The entry as the server gave it, if it is about one. Its hash is the leaf.</summary>
    public ReadOnlyMemory<byte> Entry { get; init; }

    /// <summary>Writes the evidence to a file. It has no secrets in it but the entry.</summary>
    public void Save(string file) => File.WriteAllBytes(file, EvidenceFile.Format(this));

    /// <summary>Reads evidence from a file. Reading checks nothing: see <see cref="Check"/>.</summary>
    public static Evidence Load(string file) => Parse(File.ReadAllBytes(file));

    /// <summary>Reads evidence from the bytes of a file. Reading checks nothing: see <see cref="Check"/>.</summary>
    public static Evidence Parse(ReadOnlyMemory<byte> text) => EvidenceFile.Parse(text);

    /// <summary>Checks the evidence with a key that the checker trusts, and with nothing else.</summary>
    /// <param name="vkey">The log's first key, from somewhere else than from this file.</param>
    public EvidenceVerdict Check(string vkey) => EvidenceCheck.Run(this, VerifierKey.Parse(vkey));
}

/// <summary>
/// A server contradicted itself, answered what it was not asked, or could not prove what it said: the one exception of
/// everything that this library verifies. Do not go on as if nothing had happened.
/// </summary>
public sealed class LedgerViolationException : Exception
{
    internal LedgerViolationException(Evidence evidence, Exception? cause)
        : base($"{evidence.Origin}: {evidence.Statement}", cause)
    {
        Evidence = evidence;
        ClientMetrics.Violations.Add(1);
    }

    /// <summary>What is wrong.</summary>
    public ViolationKind Kind => Evidence.Kind;

    /// <summary>What an honest server would have answered.</summary>
    public string Expected => Evidence.Expected;

    /// <summary>What came instead.</summary>
    public string Came => Evidence.Came;

    /// <summary>What shows it. Save it, and give it to somebody who can check it.</summary>
    public Evidence Evidence { get; }
}
