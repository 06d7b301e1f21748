// Which fields of a ledger's records can be asked for: canonical text, whose SHA-256 is the spec's id. A verifier that
// knows the id knows every rule; another text is another spec. Immutable; any thread.
//
//   ledgerstore fields/v1
//   field who text fold required
//   path actor.user.name
//   path actor.user.uid
//   field what text prefix=./
//   path api.operation
//   field when time unit=ms
//   path time

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

    private IndexSpec(IReadOnlyList<FieldSpec> declared)
    {
        Fields = [.. OwnField.All, .. declared];
        Text = SpecText.Write(declared);
        Id = new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
        Paths = new PathTree(declared);
        Flags = [.. Fields.Select(static field => Encoding.UTF8.GetBytes("missing:" + field.Name))];
    }

    /// <summary>All fields; a field's place is its number.</summary>
    public FieldSpec[] Fields { get; }

    public string Text { get; }

    /// <summary>SHA-256 of the text.</summary>
    public Hash256 Id { get; }

    /// <summary>The paths of all fields, compiled.</summary>
    public PathTree Paths { get; }

    /// <summary>What <c>@flag</c> says of an entry without a field, by the field's number.</summary>
    public byte[][] Flags { get; }

    /// <summary>The spec of these fields.</summary>
    /// <exception cref="MalformedDataException">They cannot be one: which, and why.</exception>
    public static IndexSpec Of(IReadOnlyList<FieldSpec> declared) => Parse(SpecText.Write(declared));

    /// <summary>Reads the canonical text.</summary>
    /// <exception cref="MalformedDataException">What is wrong, and in which line (counted from 1).</exception>
    public static IndexSpec Parse(string text)
    {
        IndexSpec spec = new(SpecText.Read(text));
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
