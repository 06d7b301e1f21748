// What was untidy when the gate was built: file, rule, and how often. Nothing else is forgiven.
// The list only gets shorter: whoever touches one of these files tidies it and removes its line.

namespace LedgerStore.Tests.Gates;

/// <summary>Violations that are known. A new one, in these files too, fails the gate.</summary>
internal static class KnownUntidy
{
    private const string Columns = " columns,";
    private const string Name = "no type in it";
    private const string Member = "a member of";

    private static readonly (string Path, string Rule, int Count)[] s_known =
    [
        ("client/LedgerStore.Protocol/Channel/CallOptions.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Channel/StreamContent.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Channel/UnaryContent.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Grpc/CallSide.cs", Columns, 2),
        ("client/LedgerStore.Protocol/Grpc/ErrorDetails.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Grpc/GzipCodec.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Grpc/MessageFrame.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Grpc/Metadata.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Grpc/MethodDescriptor.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Grpc/RawMessageReader.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Grpc/RpcException.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Wire/CachedText.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Wire/EntriesMessage.cs", Columns, 1),
        ("client/LedgerStore.Protocol/Wire/EntryEnvelope.cs", Columns, 1),
        ("engine/LedgerStore.Engine/Append/BatchFingerprint.cs", Columns, 1),
        ("engine/LedgerStore.Engine/Append/ProducerTable.cs", Columns, 2),
        ("engine/LedgerStore.Engine/Append/ProducerWindow.cs", Columns, 1),
        ("engine/LedgerStore.Engine/Format/FrameFormat.cs", Name, 1),
        ("engine/LedgerStore.Engine/Format/JournalFileFormat.cs", Name, 1),
        ("engine/LedgerStore.Engine/Format/SectionFormat.cs", Name, 1),
        ("engine/LedgerStore.Engine/Journal/JournalNames.cs", Columns, 1),
        ("engine/LedgerStore.Engine/Journal/JournalPool.cs", Columns, 2),
        ("engine/LedgerStore.Engine/Journal/JournalWriter.cs", Columns, 3),
        ("engine/LedgerStore.Engine/Segments/BundleScan.cs", Columns, 1),
        ("engine/LedgerStore.Proofs/Hashing/LaneRounds.cs", Member, 1),
        ("server/LedgerStore.Server/Grpc/CallDeadline.cs", Columns, 1),
        ("server/LedgerStore.Server/Grpc/CallRunner.cs", Columns, 1),
        ("server/LedgerStore.Server/Grpc/GrpcBuilder.cs", Columns, 1),
        ("server/LedgerStore.Server/Grpc/RequestEncoding.cs", Columns, 1),
        ("server/LedgerStore.Server/Grpc/ServerCall.cs", Columns, 2),
        ("server/LedgerStore.Server/Grpc/UnknownMethod.cs", Columns, 1),
        ("tests/LedgerStore.Tests/Engine/Entries/BatchFingerprintTests.cs", Columns, 1),
        ("tests/LedgerStore.Tests/Engine/Producers/ProducerHistory.cs", Columns, 2),
        ("tests/LedgerStore.Tests/Engine/Producers/ProducerTableTests.cs", Columns, 1),
        ("tests/LedgerStore.Tests/Grpc/InteropFacts.cs", Name, 1),
        ("tests/LedgerStore.Tests/Grpc/InteropFiles.cs", Columns, 1),
        ("tests/LedgerStore.Tests/Grpc/InteropTests.cs", Columns, 1),
        ("tests/LedgerStore.Tests/Grpc/LoopbackTests.cs", Columns, 1),
        ("tests/LedgerStore.Tests/Grpc/Wire/AppendRequestTests.cs", Columns, 2),
        ("tests/LedgerStore.Tests/Policy/DiagnosticsTests.cs", Member, 1),
        ("tests/LedgerStore.Tests/Proofs/Tree/TestSources.cs", Name, 1),
        ("tests/LedgerStore.Tests/Grpc/HostileServerTests.cs", Columns, 1),
        ("tests/LedgerStore.Tests/Grpc/MessageStreamTests.cs", Columns, 1),
    ];

    /// <summary>The violations that are new: a file that breaks a rule more often than is known shows all of them.
    /// </summary>
    public static IEnumerable<string> NewOnes(IReadOnlyList<string> violations)
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach ((string path, string rule, int count) in s_known)
        {
            string[] same = [.. violations.Where(violation =>
                violation.StartsWith(path + ":", StringComparison.Ordinal)
                && violation.Contains(rule, StringComparison.Ordinal))];
            if (same.Length <= count)
            {
                known.UnionWith(same);
            }
        }

        return violations.Where(violation => !known.Contains(violation));
    }
}
