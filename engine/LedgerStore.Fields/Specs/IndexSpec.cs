// Which fields of a ledger's records can be asked for: canonical text, whose SHA-256 is the spec's id. A verifier that
// knows the id knows every rule; another text is another spec. Immutable; any thread.
//
//   ledgerstore fields/v1
//   field who text fold required
//   path actor.user.name
//   path actor.user.uid
//   field what text prefix=./
//   path api.operation
//   field outcome text fold type=string
//   path status
//   value success
//   value failure
//   field when time unit=ms skew=300
//   path time
//   reject

using System.Security.Cryptography;
using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Declared fields, and those that are always there.</summary>
internal sealed class IndexSpec
{
    public const string Header = "ledgerstore fields/v1";
    public const int TextBytesMax = 16 * 1024;
    public const int FieldsMax = 16;
    public const int PathsMax = 8;
    public const int PrefixCharactersMax = 4;
    public const int NameBytesMax = 32;

    public const int ValuesMax = 64;
    public const int ValueBytesMax = 256;
    public const int SkewSecondsMax = 366 * 24 * 60 * 60;

    private static readonly string[] s_flagKinds =
        [.. Enum.GetNames<FlagKind>().Select(static name => name.ToLowerInvariant())];

    private readonly byte[][][] _flags;
    private readonly byte[][][] _values;

    private IndexSpec(IReadOnlyList<FieldSpec> declared, bool rejects)
    {
        Fields = [.. OwnField.All, .. declared];
        Rejects = rejects;
        Text = SpecText.Write(declared, rejects);
        Id = new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
        Paths = new PathTree(declared);
        IsDemanding = declared.Any(static field => field.IsDemanding);
        _values = [.. Fields.Select(static field => field.Values.Select(Encoding.UTF8.GetBytes).ToArray())];
        _flags = [.. s_flagKinds.Select(kind => Fields.Select(
            field => Encoding.UTF8.GetBytes($"{kind}:{field.Name}")).ToArray())];
    }

    /// <summary>All fields; a field's place is its number.</summary>
    public FieldSpec[] Fields { get; }

    public string Text { get; }

    /// <summary>SHA-256 of the text.</summary>
    public Hash256 Id { get; }

    /// <summary>The paths of all fields, compiled.</summary>
    public PathTree Paths { get; }

    /// <summary>Whether a record with a flag, or one that cannot be read, is refused when it is to be appended.
    /// </summary>
    public bool Rejects { get; }

    /// <summary>Whether any field demands anything of a record.</summary>
    public bool IsDemanding { get; }

    /// <summary>What <c>@flag</c> says of an entry with this flag of a field.</summary>
    public ReadOnlySpan<byte> FlagOf(FlagKind kind, int field) => _flags[(int)kind][field];

    /// <summary>Whether a value, as compared, is one that a field may have.</summary>
    public bool Allows(int field, ReadOnlySpan<byte> text)
    {
        byte[][] allowed = _values[field];
        foreach (byte[] one in allowed)
        {
            if (text.SequenceEqual(one))
            {
                return true;
            }
        }

        return allowed.Length == 0;
    }

    /// <summary>The spec of these fields.</summary>
    /// <exception cref="MalformedDataException">They cannot be one: which, and why.</exception>
    public static IndexSpec Of(IReadOnlyList<FieldSpec> declared, bool rejects = false) =>
        Parse(SpecText.Write(declared, rejects));

    /// <summary>Reads the canonical text.</summary>
    /// <exception cref="MalformedDataException">What is wrong, and in which line (counted from 1).</exception>
    public static IndexSpec Parse(string text)
    {
        IndexSpec spec = new(SpecText.Read(text, out bool rejects), rejects);
        return spec.Text == text
            ? spec
            : throw new MalformedDataException(
                "the spec is not written in its canonical way, which is:\n" + spec.Text, 0);
    }

    /// <summary>The number of a field; -1 when there is none of that name.</summary>
    public int NumberOf(string name)
    {
        for (int number = 0; number < Fields.Length; number++)
        {
            if (Fields[number].Name == name)
            {
                return number;
            }
        }

        return -1;
    }
}
