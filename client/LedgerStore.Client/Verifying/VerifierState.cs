// What a verifier remembers: the newest checkpoint it accepted, and the rotations by which it got to the present keys.
//
//   ledgerstore verifier state/v1 LF
//   origin <origin> LF
//   rotation <base64 of a signed statement> LF ...
//   checkpoint <base64 of a signed note> LF            at most one
//
// The file is not trusted more than its directory: what it says is verified again when it is read.
// Owned by one verifier.

using System.Text;
using LedgerStore.Durable;
using LedgerStore.Proofs;

namespace LedgerStore.Client;

internal sealed class VerifierState
{
    private const string Header = "ledgerstore verifier state/v1";

    private readonly string? _file;

    private VerifierState(string? file, LogKeySet keys)
    {
        _file = file;
        Keys = keys;
    }

    internal LogKeySet Keys { get; private set; }

    internal List<ReadOnlyMemory<byte>> Rotations { get; } = [];

    internal VerifiedCheckpoint? Newest { get; private set; }

    internal static VerifierState Open(string? file, LogKeySet keys, VerifierKeys cosigners)
    {
        VerifierState state = new(file, keys);
        if (file is not null && File.Exists(file))
        {
            state.Read(File.ReadAllLines(file), cosigners);
        }

        return state;
    }

    internal void Follow(KeyRotation rotation)
    {
        LogKeySet next = Keys.Follow(rotation);
        if (!ReferenceEquals(next, Keys))
        {
            Keys = next;
            Rotations.Add(rotation.Note.Bytes.ToArray());
            Save();
        }
    }

    internal void Accept(VerifiedCheckpoint checkpoint)
    {
        Newest = checkpoint;
        Save();
    }

    private void Read(string[] lines, VerifierKeys cosigners)
    {
        if (lines.Length < 2 || lines[0] != Header || lines[1] != "origin " + Keys.Origin)
        {
            throw new MalformedDataException($"{_file} is not the state of a verifier of {Keys.Origin}", 0);
        }

        foreach (string line in lines.Skip(2))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            byte[] note = new byte[line.Length];
            if (space < 0 || !Convert.TryFromBase64String(line[(space + 1)..], note, out int length))
            {
                throw new MalformedDataException($"{_file} has a line that is none of a verifier's state", 0);
            }

            switch (line[..space])
            {
                case "rotation":
                    Keys = Keys.Follow(KeyRotation.Open(note.AsSpan(0, length)));
                    Rotations.Add(note.AsMemory(0, length));
                    break;
                case "checkpoint":
                    Newest = Keys.Open(note.AsSpan(0, length), cosigners);
                    break;
                default:
                    throw new MalformedDataException($"{_file} has a line '{line[..space]}' that is not known", 0);
            }
        }
    }

    // The old state or the new one is there, whenever the machine stops.
    private void Save()
    {
        if (_file is null)
        {
            return;
        }

        StringBuilder text = new();
        text.Append(Header).Append('\n').Append("origin ").Append(Keys.Origin).Append('\n');
        foreach (ReadOnlyMemory<byte> rotation in Rotations)
        {
            text.Append("rotation ").Append(Convert.ToBase64String(rotation.Span)).Append('\n');
        }

        if (Newest is not null)
        {
            text.Append("checkpoint ").Append(Convert.ToBase64String(Newest.Note.Bytes)).Append('\n');
        }

        string path = Path.GetFullPath(_file);
        DurableDirectory.Create(Path.GetDirectoryName(path)!, mode: null);
        AtomicFile.Replace(new SystemFiles(mode: null), path, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
