// The vectors of transparency-dev/merkle and certificate-transparency: each proof verifies or fails as they say.
using System.Text.Json;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Notes;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class PublishedVectorsTests
{
    [FormatVectorsFact]
    public void Inclusion_proofs_verify_or_fail_as_published()
    {
        int cases = ForEach("merkle-inclusion", (vector, proof) => InclusionProof.IsValid(
            vector.GetProperty("leafIdx").GetUInt64(),
            vector.GetProperty("treeSize").GetUInt64(),
            Hash(vector, "leafHash"),
            proof,
            Hash(vector, "root")));
        Assert.Equal(98, cases);
    }

    [FormatVectorsFact]
    public void Consistency_proofs_verify_or_fail_as_published()
    {
        int cases = ForEach("merkle-consistency", (vector, proof) => ConsistencyProof.IsValid(
            vector.GetProperty("size1").GetUInt64(),
            vector.GetProperty("size2").GetUInt64(),
            Hash(vector, "root1"),
            Hash(vector, "root2"),
            proof));
        Assert.Equal(98, cases);
    }

    [FormatVectorsFact]
    public void Leaves_nodes_and_roots_hash_as_published()
    {
        foreach (JsonElement vector in FormatVectors.Read("roots/hasher.json").EnumerateArray())
        {
            string kind = vector.GetProperty("kind").GetString()!;
            Hash256 want = Hash256.FromHex(vector.GetProperty("want").GetString()!);
            if (kind == "leaf")
            {
                Assert.Equal(want, MerkleHash.Leaf(Hex(vector, "data_hex")));
            }
            else if (kind == "empty")
            {
                Assert.Equal(want, MerkleHash.EmptyRoot);
            }
            else if (Hex(vector, "left_hex").Length == Hash256.Length)
            {
                Hash256 node = MerkleHash.Node(new(Hex(vector, "left_hex")), new(Hex(vector, "right_hex")));
                Assert.Equal(want, node);
            }
        }

        JsonElement tree = FormatVectors.Read("roots/ct-8-leaves.json");
        Hash256[] roots = [.. tree.GetProperty("roots_by_size").EnumerateArray().Select(Hex)];
        var range = new CompactRange();
        Assert.Equal(roots[0], range.Root());
        int size = 0;
        foreach (JsonElement leaf in tree.GetProperty("leaves_hex").EnumerateArray())
        {
            range.Append(MerkleHash.Leaf(Convert.FromHexString(leaf.GetString()!)));
            Assert.Equal(roots[++size], range.Root());
        }

        Assert.Equal(roots.Length - 1, size);
    }

    private static int ForEach(string folder, Func<JsonElement, Hash256[], bool> valid)
    {
        string path = Path.Combine(FormatVectors.Directory!, folder);
        int cases = 0;
        foreach (string file in Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories))
        {
            JsonElement vector = FormatVectors.Read(file);
            bool accepted = Accepted(vector, valid);

            // One accepted case has roots of 12 bytes ("don't care"), which no Hash256 can be.
            bool wanted = !vector.GetProperty("wantErr").GetBoolean() && !HasShortRoots(vector);
            Assert.True(accepted == wanted, $"{file}: {vector.GetProperty("desc").GetString()}");
            cases++;
        }

        return cases;
    }

    private static bool Accepted(JsonElement vector, Func<JsonElement, Hash256[], bool> valid)
    {
        try
        {
            JsonElement proof = vector.GetProperty("proof");
            Hash256[] hashes = proof.ValueKind == JsonValueKind.Null
                ? []
                : [.. proof.EnumerateArray().Select(hash => Hash256.FromBase64(hash.GetString()!))];
            return valid(vector, hashes);
        }
        catch (MalformedDataException)
        {
            return false;
        }
    }

    private static bool HasShortRoots(JsonElement vector) =>
        vector.TryGetProperty("root1", out JsonElement root) && root.GetString()!.Length < 44;

    private static Hash256 Hash(JsonElement vector, string name) =>
        Hash256.FromBase64(vector.GetProperty(name).GetString() ?? "");

    private static byte[] Hex(JsonElement vector, string name) =>
        Convert.FromHexString(vector.GetProperty(name).GetString()!);

    private static Hash256 Hex(JsonElement hash) => Hash256.FromHex(hash.GetString()!);
}
