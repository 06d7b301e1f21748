// Remembers, across starts, which ledgers were found damaged: their part of the journal is in quarantine, and without a
// note the next start would take what is left in their files for all of it.
// Runs on the thread that opens the store; immutable after that.
using System.Globalization;
using LedgerStore.Durable;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Recovery;

/// <summary>The notes in the quarantine directory.</summary>
internal sealed class DamageNotes
{
    private const string Prefix = "ledger-";
    private const string Suffix = ".damaged";
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly Dictionary<uint, DamageNote> _notes = [];
    private readonly Dictionary<uint, CheckpointRecord> _checkpoints = [];

    public DamageNotes(IFileSystem files, StorePaths paths)
    {
        _files = files;
        _directory = paths.QuarantineDirectory;
        foreach (string name in files.Exists(_directory) ? files.List(_directory) : [])
        {
            if (TryParse(name, out uint ledgerId))
            {
                _notes.Add(ledgerId, Read(name, ledgerId));
            }
        }
    }

    /// <summary>Journal files up to this number hold what some damaged ledger lacks; 0: none does.</summary>
    public long LastJournalFile => _notes.Count == 0 ? 0 : _notes.Values.Max(static note => note.JournalFile);

    public bool TryFind(uint ledgerId, out DamageNote note) => _notes.TryGetValue(ledgerId, out note);

    /// <summary>The newest checkpoint that was known of a ledger when its note was written; null: there is none.
    /// </summary>
    public CheckpointRecord? CheckpointOf(uint ledgerId) => _checkpoints.GetValueOrDefault(ledgerId);

    /// <summary>Writes a note. It is durable when this returns, and only then may the journal go on.</summary>
    /// <param name="newest">The ledger's newest checkpoint: the journal that has it goes, and its state.log may be
    /// lost.</param>
    public void Add(in DamageNote note, CheckpointRecord? newest)
    {
        byte[] bytes = new byte[DamageNote.Bytes + (newest is null ? 0 : DamageNote.CheckpointBytes(newest))];
        note.Write(bytes);
        if (newest is not null)
        {
            DamageNote.WriteCheckpoint(newest, bytes);
        }

        AtomicFile.Replace(_files, Path.Combine(_directory, NameOf(note.LedgerId)), file => file.Write(0, bytes));
        _notes[note.LedgerId] = note;
    }

    private static string NameOf(uint ledgerId) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{ledgerId}{Suffix}");

    private static bool TryParse(string name, out uint ledgerId)
    {
        ledgerId = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && StorePaths.TryParseLedger(name[Prefix.Length..^Suffix.Length], out ledgerId);
    }

    /// <summary>The note; that there is one counts, even when it cannot be read.</summary>
    private DamageNote Read(string name, uint ledgerId)
    {
        try
        {
            using IFile file = _files.Open(Path.Combine(_directory, name), FileAccessMode.ReadOnly);
            byte[] bytes = new byte[DamageNote.BytesMax];
            int read = file.Read(0, bytes);
            if (!DamageNote.TryRead(bytes.AsSpan(0, Math.Min(read, DamageNote.Bytes)), out DamageNote note)
                || note.LedgerId != ledgerId)
            {
                return new DamageNote(0, ledgerId, 0, 0);
            }

            if (DamageNote.TryReadCheckpoint(bytes.AsSpan(0, read)) is { } known)
            {
                _checkpoints.Add(ledgerId, known);
            }

            return note;
        }
        catch (StorageException error) when (LedgerOpener.IsDamage(error))
        {
            return new DamageNote(0, ledgerId, 0, 0);
        }
    }
}
