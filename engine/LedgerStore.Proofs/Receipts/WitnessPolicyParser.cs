// Reads a policy file line by line. Names are opaque bytes: each is kept as a string of as many characters (Latin-1),
// so that two names are equal when their bytes are.
// Lives for one Parse on one thread.
using System.Buffers;
using System.Text;

namespace LedgerStore.Proofs;

internal sealed class WitnessPolicyParser
{
    private const int None = -1;
    private const string NoneName = "none";

    // Tab, LF, printable ASCII, and everything above it.
    private static readonly SearchValues<byte> s_allowed = SearchValues.Create(
        [(byte)'\t', (byte)'\n', .. Enumerable.Range(0x20, 0x5f).Select(i => (byte)i),
            .. Enumerable.Range(0x80, 0x80).Select(i => (byte)i)]);

    private readonly List<PolicyParty> _logs = [];
    private readonly List<PolicyParty> _witnesses = [];
    private readonly List<(int Threshold, List<string> Members)> _groups = [];

    // What a name stands for: a witness by its number, a group by the complement of its number.
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private string? _quorum;
    private int _lineAt;

    private WitnessPolicyParser()
    {
    }

    public static WitnessPolicy Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length > WitnessPolicy.BytesMax)
        {
            throw new MalformedDataException(
                $"a policy of {text.Length} bytes exceeds the limit of {WitnessPolicy.BytesMax}",
                WitnessPolicy.BytesMax);
        }

        int forbidden = text.IndexOfAnyExcept(s_allowed);
        if (forbidden >= 0)
        {
            throw new MalformedDataException($"control character 0x{text[forbidden]:x2} in a policy", forbidden);
        }

        WitnessPolicyParser parser = new();
        LineReader lines = new(text, "a policy");
        while (!lines.AtEnd)
        {
            parser._lineAt = lines.Offset;
            parser.ReadLine(lines.Next());
        }

        return parser.Build();
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t"u8);
        if (line.IsEmpty || line[0] == '#')
        {
            return;
        }

        ReadOnlySpan<byte> keyword = NextItem(ref line);
        if (keyword.SequenceEqual("log"u8))
        {
            ReadLog(line);
        }
        else if (keyword.SequenceEqual("witness"u8))
        {
            ReadWitness(line);
        }
        else if (keyword.SequenceEqual("group"u8))
        {
            ReadGroup(line);
        }
        else if (keyword.SequenceEqual("quorum"u8))
        {
            ReadQuorum(line);
        }
        else
        {
            throw Wrong("a line of a policy begins with log, witness, group, quorum or #");
        }
    }

    private void ReadLog(ReadOnlySpan<byte> rest)
    {
        Bound(_logs.Count, WitnessPolicy.LogsMax, "logs");
        _logs.Add(ReadParty(rest, SignatureType.Ed25519, _logs));
    }

    private void ReadWitness(ReadOnlySpan<byte> rest)
    {
        Bound(_witnesses.Count, WitnessPolicy.WitnessesMax, "witnesses");
        Define(NextItem(ref rest), _witnesses.Count);
        _witnesses.Add(ReadParty(rest, SignatureType.CosignatureV1, _witnesses));
    }

    private void ReadGroup(ReadOnlySpan<byte> rest)
    {
        Bound(_groups.Count, WitnessPolicy.GroupsMax, "groups");
        ReadOnlySpan<byte> name = NextItem(ref rest);
        ReadOnlySpan<byte> threshold = NextItem(ref rest);
        List<string> members = [];
        while (!rest.IsEmpty)
        {
            string member = Encoding.Latin1.GetString(NextItem(ref rest));
            if (!_names.ContainsKey(member) || !_members.Add(member))
            {
                throw Wrong("a member of a group is defined above it, and is a member only once");
            }

            members.Add(member);
        }

        // The group is defined after its members were looked up: it cannot be its own member.
        _groups.Add((ReadThreshold(threshold, members.Count), members));
        Define(name, ~(_groups.Count - 1));
    }

    private void ReadQuorum(ReadOnlySpan<byte> rest)
    {
        string name = Encoding.Latin1.GetString(NextItem(ref rest));
        if (!rest.IsEmpty || _quorum is not null)
        {
            throw Wrong("a policy has exactly one quorum, with one name");
        }

        if (!string.Equals(name, NoneName, StringComparison.Ordinal) && !_names.ContainsKey(name))
        {
            throw Wrong("the quorum is 'none', or a witness or group that is defined above it");
        }

        _quorum = name;
    }

    private PolicyParty ReadParty(ReadOnlySpan<byte> rest, SignatureType type, List<PolicyParty> others)
    {
        VerifierKey key = VerifierKey.Parse(NextItem(ref rest));
        string? url = rest.IsEmpty ? null : Encoding.UTF8.GetString(NextItem(ref rest));
        if (!rest.IsEmpty)
        {
            throw Wrong("more than a key and a URL");
        }

        if (key.Type != type)
        {
            throw Wrong($"the key has type 0x{(int)key.Type:x2}, here it must be 0x{(int)type:x2}");
        }

        if (others.Exists(other => other.Key.PublicKey.SequenceEqual(key.PublicKey)))
        {
            throw Wrong("the same public key twice");
        }

        if (_logs.Concat(_witnesses).Any(other => other.Key.Id == key.Id && other.Key.Name.Equals(key.Name)))
        {
            throw Wrong("ambiguous keys: two have the same name and ID");
        }

        return new PolicyParty(key, url);
    }

    private int ReadThreshold(ReadOnlySpan<byte> text, int members)
    {
        if (text.SequenceEqual("any"u8) && members > 0)
        {
            return 1;
        }

        if (text.SequenceEqual("all"u8) && members > 0)
        {
            return members;
        }

        return NoteText.TryReadNumber(text, out ulong k) && k >= 1 && k <= (ulong)members
            ? (int)k
            : throw Wrong("a group needs all, any, or at least 1 and at most as many as it has members");
    }

    private void Define(ReadOnlySpan<byte> name, int meaning)
    {
        string text = Encoding.Latin1.GetString(name);
        if (name.IsEmpty || string.Equals(text, NoneName, StringComparison.Ordinal) || !_names.TryAdd(text, meaning))
        {
            throw Wrong("a witness or group has a name of its own, and not 'none'");
        }
    }

    private WitnessPolicy Build()
    {
        if (_quorum is null)
        {
            throw Wrong("a policy has exactly one quorum");
        }

        PolicyGroup[] groups = [.. _groups.Select(
            group => new PolicyGroup(group.Threshold, [.. group.Members.Select(NumberOf)]))];
        int quorum = string.Equals(_quorum, NoneName, StringComparison.Ordinal) ? None : NumberOf(_quorum);
        return new WitnessPolicy([.. _logs], [.. _witnesses], groups, quorum);
    }

    // Groups are numbered on from the last witness, which is known only at the end.
    private int NumberOf(string name)
    {
        int meaning = _names[name];
        return meaning >= 0 ? meaning : _witnesses.Count + ~meaning;
    }

    private void Bound(int count, int max, string what)
    {
        if (count == max)
        {
            throw Wrong($"more than {max} {what}");
        }
    }

    private MalformedDataException Wrong(string what) => new(what, _lineAt);

    // The next item of a line that was trimmed; what remains begins with an item again, or is empty.
    private static ReadOnlySpan<byte> NextItem(ref ReadOnlySpan<byte> rest)
    {
        int length = rest.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> item = length < 0 ? rest : rest[..length];
        rest = rest[item.Length..].TrimStart(" \t"u8);
        return item;
    }
}
