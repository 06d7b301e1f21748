// Whose word is enough: the logs, the witnesses, and which of them must have cosigned (C2SP tlog-policy).
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> all|any|<k> <member> ...      members are defined above; each is a member at most once
//   quorum <name>|none                         exactly one
//
// A group needs k of its members. Because members come before their group, and each belongs to one group only, one pass
// over the groups in their order decides.
// Immutable, any thread.
namespace LedgerStore.Proofs;

/// <summary>A log or a witness in a policy, and where to reach it.</summary>
public sealed record PolicyParty(VerifierKey Key, string? Url);

/// <summary>Known logs and witnesses, and the quorum of witnesses that a checkpoint needs.</summary>
public sealed class WitnessPolicy
{
    /// <summary>Four times 256 lines of the longest kind fit; a policy is written and read by people.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Eight times what the standard asks of every implementation; equal to the keys a log may have.</summary>
    public const int LogsMax = LogKeySet.KeysMax;

    /// <summary>Notes carry at most 64 signatures, so more could never all have cosigned.</summary>
    public const int WitnessesMax = 256;

    /// <summary>Each member belongs to one group only, so this many groups are enough for the witnesses.</summary>
    public const int GroupsMax = 256;

    private readonly PolicyParty[] _logs;
    private readonly PolicyParty[] _witnesses;
    private readonly PolicyGroup[] _groups;
    private readonly int _quorum;

    /// <param name="logs">The logs that are accepted.</param>
    /// <param name="witnesses">Numbered from 0.</param>
    /// <param name="groups">Numbered on from the last witness; members are smaller numbers.</param>
    /// <param name="quorum">The number of a witness or group, or -1 for none.</param>
    internal WitnessPolicy(
        ReadOnlySpan<PolicyParty> logs,
        ReadOnlySpan<PolicyParty> witnesses,
        ReadOnlySpan<PolicyGroup> groups,
        int quorum)
    {
        _logs = logs.ToArray();
        _witnesses = witnesses.ToArray();
        _groups = groups.ToArray();
        _quorum = quorum;
        Cosigners = new VerifierKeys([.. _witnesses.Select(witness => witness.Key)]);
    }

    /// <summary>No logs, no witnesses, and no quorum: the log's own signature is enough.</summary>
    public static WitnessPolicy None { get; } = new([], [], [], -1);

    public ReadOnlySpan<PolicyParty> Logs => _logs;

    public ReadOnlySpan<PolicyParty> Witnesses => _witnesses;

    /// <summary>The keys of the witnesses.</summary>
    public VerifierKeys Cosigners { get; }

    /// <summary>Reads a policy file.</summary>
    public static WitnessPolicy Parse(ReadOnlySpan<byte> text) => WitnessPolicyParser.Parse(text);

    /// <summary>The keys of the listed logs whose key name is the origin, as the standard demands.</summary>
    /// <exception cref="VerificationFailedException">There is none.</exception>
    public LogKeySet LogKeysOf(string origin)
    {
        VerifierKey[] keys = [.. _logs.Select(log => log.Key)
            .Where(key => string.Equals(key.Name.Text, origin, StringComparison.Ordinal))];
        return keys.Length > 0
            ? LogKeySet.Trust(origin, new VerifierKeys(keys))
            : throw new VerificationFailedException($"the policy lists no log of the origin '{origin}'");
    }

    /// <summary>True when the witnesses among those who verifiably signed are a quorum.</summary>
    public bool IsSatisfiedBy(IReadOnlyList<VerifiedSignature> signatures)
    {
        if (_quorum < 0)
        {
            return true;
        }

        Span<bool> witnessed = stackalloc bool[WitnessesMax + GroupsMax];
        for (int i = 0; i < _witnesses.Length; i++)
        {
            witnessed[i] = HasSigned(_witnesses[i].Key, signatures);
        }

        for (int i = 0; i < _groups.Length; i++)
        {
            int count = 0;
            foreach (int member in _groups[i].Members)
            {
                count += witnessed[member] ? 1 : 0;
            }

            witnessed[_witnesses.Length + i] = count >= _groups[i].Threshold;
        }

        return witnessed[_quorum];
    }

    /// <summary>Throws <see cref="VerificationFailedException"/> when the quorum is not reached.</summary>
    public void Demand(VerifiedCheckpoint checkpoint)
    {
        if (!IsSatisfiedBy(checkpoint.Signatures))
        {
            int count = _witnesses.Count(witness => HasSigned(witness.Key, checkpoint.Signatures));
            throw new VerificationFailedException(
                $"the quorum is not reached: {count} of the {_witnesses.Length} witnesses cosigned the checkpoint");
        }
    }

    private static bool HasSigned(VerifierKey witness, IReadOnlyList<VerifiedSignature> signatures)
    {
        for (int i = 0; i < signatures.Count; i++)
        {
            if (signatures[i].Key.Equals(witness))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>So many of these members (numbers of witnesses and of groups before it) make the group.</summary>
internal sealed record PolicyGroup(int Threshold, int[] Members);
