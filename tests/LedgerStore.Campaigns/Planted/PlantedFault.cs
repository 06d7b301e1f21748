// The faults that a store could have, each as a change of its source. They are planted into a copy, which is built by
// itself; the sources and what ships know nothing of them. Constants; any thread.
using LedgerStore.Campaigns.Judging;

namespace LedgerStore.Campaigns.Planted;

/// <summary>A change of one piece of source.</summary> <param name="Old">What stands there, exactly once; a fault
/// that does not fit its source any more is an error.</param> <param name="New">What is put there; IS stands for the
/// question whether this fault was chosen.</param>
internal sealed record SourceChange(string File, string Old, string New);

/// <summary>A fault, and the campaign that must find it.</summary> <param name="Signs">Words, with '|' between, that
/// the campaign says of this fault and of no other trouble; empty: it shows in the records alone.</param>
internal sealed record PlantedFault(
    string Name, string Campaign, string Signs, string What, params SourceChange[] Changes)
{
    private const string Engine = "engine/LedgerStore.Engine/";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "short-recovery", "kill", "was rolled back", "recovery leaves out the last frames of the journal",
            new SourceChange(
                Engine + "Recovery/Replay.cs",
                "foreach (FoundFrame frame in group)",
                "foreach (FoundFrame frame in IS ? group.SkipLast(2) : group)")),
        new(
            "twice", "kill", "", "a batch that is sent again is appended again",
            new SourceChange(
                Engine + "Pipeline/Gate.Answers.cs",
                "case ProducerVerdict.Append:\n",
                "case ProducerVerdict.Append:\n            case ProducerVerdict.Duplicate when IS:\n"),
            new SourceChange(
                Engine + "Ledgers/ProducerWindow.cs",
                "        Invariant.That(answer.FirstSequence == LastSequence + 1, ",
                "        if (IS && answer.FirstSequence <= LastSequence)\n        {\n            return;\n        }\n\n"
                + "        Invariant.That(answer.FirstSequence == LastSequence + 1, ")),
        new("wrong-place", "kill", "", "now and then an acknowledgement names another place", new SourceChange(
            Engine + "Pipeline/AppendOperation.cs",
            "_answer.SetResult(new AppendResult(FirstIndex, Count, ReceivedMicros, IsDuplicate: false))",
            "_answer.SetResult(new AppendResult(\n"
            + "            FirstIndex + (IS && FirstIndex % 50 == 7 ? 1 : 0),\n"
            + "            Count,\n            ReceivedMicros,\n            IsDuplicate: false))")),
        new(
            "early-ack", "power-ext4", "was rolled back|the journal is damaged",
            "fifteen of sixteen frames are acknowledged without a sync",
            new SourceChange(
                Engine + "Journal/JournalWriter.cs",
                "        _current!.File.Sync();\n        _current.NoteFrame(number);",
                "        if (!IS || number % 16 == 0)\n        {\n            _current!.File.Sync();\n        }\n\n"
                + "        _current!.NoteFrame(number);")),
        new("deaf", "calls", "and the server goes on", "the error of a sync is ignored", new SourceChange(
            Engine + "Files/LinuxFile.cs",
            "while (LinuxNative.SyncData(descriptor) != 0)",
            "while (LinuxNative.SyncData(descriptor) != 0 && !IS)")),
        new(
            "empty-ledger", "damage", "", "a ledger whose state.log is damaged is taken for an empty one",
            new SourceChange(
                Engine + "Recovery/LedgerOpener.Damaged.cs",
                "ledger.IsEndUnknown = state.Flushed",
                "ledger.IsEndUnknown = !IS && state.Flushed"),
            new SourceChange(
                Engine + "Recovery/LedgerOpener.Damaged.cs",
                "        ledger.MarkDamaged(Math.Max(signed, ",
                "        ledger.MarkDamaged(IS ? 0 : Math.Max(signed, "),
            new SourceChange(
                Engine + "Ledgers/OpenLedger.Signed.cs",
                "damage && known.Size > NextIndex)",
                "damage && known.Size > NextIndex && !IS)")),
    ];

    public static bool IsFound(string? name, Verdict verdict) =>
        All.FirstOrDefault(fault => fault.Name == name) is { } fault && fault.IsFound(verdict);

    /// <summary>Records are lost, doubled or wrong, or the campaign says the words. Whatever else it met is no proof.
    /// </summary>
    public bool IsFound(Verdict verdict) => verdict.Lost + verdict.Doubled + verdict.Wrong > 0
        || Signs.Split('|', StringSplitOptions.RemoveEmptyEntries).Any(
            sign => verdict.Details.Exists(said => said.Contains(sign, StringComparison.Ordinal)));
}
