// Go's own transparency-log packages accept what we make and refuse what we refuse, and we accept what they make.
// Test code.
using System.Text.Json;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Receipts;
using Xunit;

namespace LedgerStore.Tests.Proofs.Notes;

public sealed class GoInteropTests
{
    private const int Size = 40;

    // An origin that tlog.ParseTree knows, so that it reads our checkpoint.
    private const string GoOrigin = "go.sum database tree";

    private static readonly byte[][] s_entries =
        [.. Enumerable.Range(0, Size).Select(i => System.Text.Encoding.UTF8.GetBytes($"entry {i}\n"))];

    private static readonly NaiveTree s_tree = new([.. s_entries.Select(entry => MerkleHash.Leaf(entry))]);

    [GoInteropFact]
    public void Go_and_we_agree()
    {
        object[] notes = [.. Notes()];
        object[] records = [.. Records()];
        object[] trees = [.. Trees()];
        JsonElement result = GoInterop.Run(JsonSerializer.Serialize(new
        {
            Entries = s_entries,
            Notes = notes,
            Records = records,
            Trees = trees,
        }));

        Assert.Equal(notes.Length + records.Length + trees.Length, result.GetProperty("Checked").GetInt32());
        JsonElement mismatches = result.GetProperty("Mismatches");
        Assert.True(mismatches.ValueKind == JsonValueKind.Null, mismatches.ToString());
        CheckNoteOfGo(result);
        CheckProofsOfGo(result);
    }

    private static IEnumerable<object> Notes()
    {
        string vkey = Signers.Log.ToVerifierKey().ToString();
        string next = Signers.NextLog.ToVerifierKey().ToString();
        for (int size = 0; size <= Size; size += 8)
        {
            SignedNote note = Checkpoint.Sign(GoOrigin, (ulong)size, s_tree.Root(size), Signers.Log, Signers.NextLog);
            yield return Note(note, note.Text, [vkey, next], size, ok: true);
            yield return Note(Signers.Cosign(note, 0, 1), note.Text, [vkey, next], size, ok: true);
            yield return Note(note, note.Text, [Signers.Stranger.ToVerifierKey().ToString()], size, ok: false);

            byte[] changed = note.Bytes.ToArray();
            changed[note.Text.IndexOf((byte)'\n') + 1] ^= 1;
            yield return Note(changed, note.Text, [vkey, next], size, ok: false);
        }
    }

    private static object Note(SignedNote note, ReadOnlySpan<byte> text, string[] vkeys, int size, bool ok) =>
        Note(note.Bytes.ToArray(), text, vkeys, size, ok);

    private static object Note(byte[] note, ReadOnlySpan<byte> text, string[] vkeys, int size, bool ok) => new
    {
        Note = note,
        Vkeys = vkeys,
        Text = text.ToArray(),
        Tree = true,
        Size = (long)size,
        Root = s_tree.Root(size).ToArray(),
        Ok = ok,
    };

    private static IEnumerable<object> Records()
    {
        for (int size = 1; size <= Size; size++)
        {
            byte[] root = s_tree.Root(size).ToArray();
            for (int index = 0; index < size; index++)
            {
                Hash256[] path = InclusionProof.Build((ulong)index, (ulong)size, new NaiveSource(s_tree));
                byte[][] proof = [.. path.Select(hash => hash.ToArray())];
                byte[] leaf = s_tree.Leaves[index].ToArray();
                yield return new { Proof = proof, Size = size, Root = root, Index = index, Leaf = leaf, Ok = true };

                byte[] wrong = [.. leaf];
                wrong[index % 32] ^= 0x10;
                yield return new { Proof = proof, Size = size, Root = root, Index = index, Leaf = wrong, Ok = false };
            }
        }
    }

    private static IEnumerable<object> Trees()
    {
        for (int to = 1; to <= Size; to++)
        {
            byte[] root = s_tree.Root(to).ToArray();
            for (int from = 1; from <= to; from++)
            {
                Hash256[] hashes = ConsistencyProof.Build((ulong)from, (ulong)to, new NaiveSource(s_tree));
                byte[][] proof = [.. hashes.Select(hash => hash.ToArray())];
                byte[] old = s_tree.Root(from).ToArray();
                yield return new { Proof = proof, Size = to, Root = root, OldSize = from, OldRoot = old, Ok = true };

                byte[] wrong = [.. old];
                wrong[from % 32] ^= 0x10;
                yield return new { Proof = proof, Size = to, Root = root, OldSize = from, OldRoot = wrong, Ok = false };
            }
        }
    }

    private static void CheckNoteOfGo(JsonElement result)
    {
        VerifierKey vkey = VerifierKey.Parse(result.GetProperty("Vkey").GetString()!);
        byte[] skey = System.Text.Encoding.UTF8.GetBytes(result.GetProperty("Skey").GetString()!);
        using SigningKey key = SigningKey.FromGoText(skey, out KeyName name);
        Assert.Equal(vkey, new NoteSigner(name, key).ToVerifierKey());

        // Go writes its own origin into every tree, whatever the key is called: as a checkpoint of ours it is refused.
        SignedNote note = SignedNote.Parse(result.GetProperty("Note").GetBytesFromBase64());
        Assert.Equal(vkey, Assert.Single(note.Verify(new VerifierKeys(vkey))).Key);
        Checkpoint read = Checkpoint.Parse(note.Text);
        Assert.Equal((GoOrigin, (ulong)Size, s_tree.Root(Size)), (read.Origin, read.Size, read.Root));
        Assert.Equal(s_tree.Root(Size).ToBase64(), result.GetProperty("Root").GetString());
    }

    private static void CheckProofsOfGo(JsonElement result)
    {
        Hash256 root = s_tree.Root(Size);
        for (int index = 0; index < Size; index++)
        {
            Hash256[] record = Hashes(result.GetProperty("Records")[index]);
            Assert.True(InclusionProof.IsValid((ulong)index, Size, s_tree.Leaves[index], record, root));

            ulong from = (ulong)index + 1;
            Hash256[] tree = Hashes(result.GetProperty("Trees")[index]);
            Assert.True(ConsistencyProof.IsValid(from, Size, s_tree.Root(index + 1), root, tree));
        }
    }

    private static Hash256[] Hashes(JsonElement list) =>
        [.. list.EnumerateArray().Select(hash => new Hash256(hash.GetBytesFromBase64()))];
}
