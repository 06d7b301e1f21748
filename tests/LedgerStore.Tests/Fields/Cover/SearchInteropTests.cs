// A checker in Python, written from FORMAT.md alone, builds the same index, finds the same entries, and catches every
// lie that the client catches.

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Fields.Index;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Fields.Cover;

public sealed class SearchInteropTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [ProgramFact("python3")]
    public Task Python_builds_the_same_index() => BuildAsync(isSalted: false);

    [ProgramFact("python3")]
    public Task Python_builds_the_same_index_of_a_salted_ledger() => BuildAsync(isSalted: true);

    [ProgramFact("python3")]
    public Task Python_finds_the_same_entries_and_catches_every_lie() =>
        CheckAsync(SearchWorld.Honest, SearchLie.All);

    [ProgramFact("python3")]
    public Task Python_finds_the_same_entries_of_a_salted_ledger_and_catches_every_lie() =>
        CheckAsync(SearchWorld.Salted, SearchLie.Salted);

    private async Task BuildAsync(bool isSalted)
    {
        // Half of the bundles have arbitrary JSON, much of it damaged; there are eight, again and again.
        byte[][] eight = [.. Enumerable.Range(0, 8).Select(bundle =>
            bundle % 2 == 0 ? Arbitrary(bundle, isSalted) : SegmentMaker.Bundle(13, bundle, isSalted: isSalted))];
        byte[][] bundles = [.. Enumerable.Range(0, 256).Select(bundle => eight[bundle % 8])];
        Hash256 root = MerkleHash.Leaf("root"u8);
        await using (FileStream file = File.Create(_file))
        await using (Utf8JsonWriter json = new(file))
        {
            json.WriteStartObject();
            json.WriteString("spec", SegmentMaker.Spec.Text);
            json.WriteNumber("segment", 5);
            json.WriteBase64String("segment_root", Hash256.BytesOf(ref root));
            json.WriteStartArray("bundles");
            Array.ForEach(bundles, bundle => json.WriteBase64StringValue(bundle));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        string[] said = await RunAsync("build");
        byte[] built = SegmentMaker.Index(bundles, 5, root);
        Assert.Equal([Convert.ToHexStringLower(SHA256.HashData(built))], said);
    }

    private async Task CheckAsync(SearchWorld world, IReadOnlyList<SearchLie> lies)
    {
        Question question = SearchWorld.Ask(SearchLie.Asked);
        Question other = SearchWorld.Ask("what=invoice.3.step/7", "when<2023-11-15T00:00:00Z", "size>-5e5");
        await using (FileStream file = File.Create(_file))
        await using (Utf8JsonWriter json = new(file))
        {
            SearchJson search = new(json);
            search.Begin(world, SegmentMaker.Spec);
            search.Question(question, world.Trust, world.Answer(question));
            search.Question(other, world.Trust, world.Answer(other));
            foreach (SearchLie lie in lies)
            {
                List<object> answers = world.Answer(question);
                TreeHead index = lie.Tell(world, answers);
                search.Question(question, world.Trust with { Index = index }, answers);
            }

            search.End();
        }

        string[] said = await RunAsync("check");
        Assert.Equal(lies.Count + 2, said.Length);
        Assert.Equal([Found(world, question), Found(world, other)], said[..2]);
        for (int i = 0; i < lies.Count; i++)
        {
            string about = $"{lies[i].What}: {said[i + 2]}";
            Assert.True(said[i + 2].Split(':')[0] is "lie" or "incomplete", about);
        }
    }

    private static byte[] Arbitrary(int seed, bool isSalted)
    {
        Random random = new(seed);
        JsonGen records = new(random, "who", "user", "what", "ip", "size", "time", "request", "é");
        byte[][] entries = [.. Enumerable.Range(0, EntryBounds.EntriesPerBundle)
            .Select(_ => EntryMaker.Entry(records.Record(mayBeDamaged: true)))
            .Select(entry => isSalted ? EntryMaker.Salted(entry, random) : entry)];
        byte[] bundle = new byte[entries.Sum(static entry => entry.Length + EntryBundle.LengthBytes)];
        int at = 0;
        foreach (byte[] entry in entries)
        {
            at += EntryBundle.Write(entry, bundle.AsSpan(at));
        }

        return bundle;
    }

    private static string Found(SearchWorld world, Question question)
    {
        SearchCover cover = new(question, world.Trust, 0, world.Ledger.Size);
        return "complete " + string.Join(
            ' ', SearchCoverTests.Run(cover, world.Answer(question)).Select(static one => one.Index));
    }

    private async Task<string[]> RunAsync(string what)
    {
        ProcessStartInfo start = new("python3")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-B");
        start.ArgumentList.Add(Path.Combine(SourceTree.Root, "tests", "interop", "search-python", "search.py"));
        start.ArgumentList.Add(what);
        start.ArgumentList.Add(_file);
        using Process python = Process.Start(start)!;
        Task<string> errors = python.StandardError.ReadToEndAsync();
        string output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
