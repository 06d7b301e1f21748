// What an evidence bundle says to people: its README, and the program that checks a receipt, out of docs/VERIFIERS.md.
// Pure.
using System.Text;

namespace LedgerStore.Cli;

/// <summary>Texts of an evidence bundle.</summary>
internal static class BundleText
{
    public const string ProgramFile = "check_receipt.py";

    private const string Opening = $"<!-- program: {ProgramFile} -->\n```python\n";

    /// <summary>The program of the document for verifiers, which tests run.</summary>
    public static string Program()
    {
        using Stream stream = typeof(BundleText).Assembly.GetManifestResourceStream("VERIFIERS.md")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        string document = reader.ReadToEnd();
        int from = document.IndexOf(Opening, StringComparison.Ordinal) + Opening.Length;
        return document[from..document.IndexOf("```", from, StringComparison.Ordinal)];
    }

    public static string Readme(EvidenceBundle bundle, DateTimeOffset now) => $"""
        # {char.ToUpperInvariant(bundle.Entries.Text[0])}{bundle.Entries.Text[1..]} of {bundle.Origin}

        Exported on {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. This directory shows that the log `{bundle.Origin}` holds
        these entries. You need neither the server nor trust in whoever gave you the directory. You need one thing from
        elsewhere: the log's public key, from whoever runs the log. Compare it with the file `vkey`.

        | file | what it is |
        |---|---|
        | `vkey` | the log's public key (C2SP signed-note), as the exporter knows it |
        | `checkpoint` | number of entries and root of the log's Merkle tree, signed (C2SP tlog-checkpoint) |
        | `rotations/NUMBER` | if the log changed its key: each statement of that, signed by both keys |
        | `receipts/INDEX.tlog-proof` | for each entry: itself, and the hashes that lead to the root (C2SP tlog-proof) |
        | `entries.ndjson` | the same entries to read; the receipts are what counts |
        | `unpacked.ndjson` | if an intake compressed events or cut them into parts: those events, whole |
        | `check_receipt.py` | checks receipts with Python and openssl alone |
        | `bundle.json` | which entries of which log this is |

        ## With `ledger`

        It checks every receipt, that none is missing, and that entries.ndjson says what the receipts hold.

            ledger verify --bundle . --vkey "$(cat vkey)"

        ## With Python and openssl

            python3 check_receipt.py receipts "$(cat vkey)"

        It checks every receipt of the directory in one go, and ends with an error at the first that does not hold.

        ## If you know an older key

        A log that changes its key says so in a statement which both keys sign. You may know a key of the log from
        before, and not the one in `vkey`. Then give yours: the statements in `rotations` lead to the one that signed.

            ledger verify --bundle . --vkey "$OLDER_VKEY"
            python3 check_receipt.py receipts "$OLDER_VKEY" rotations/*

        ## With your own tools

        The first line of a receipt names its format; its line `extra` holds the entry in base64. The leaf hash is
        SHA-256(0x00 || entry), the tree is that of RFC 6962, and the signature is Ed25519 over the checkpoint's text.
        Go's golang.org/x/mod/sumdb/note and tlog check all of it.

        ## What it does not show

        That the log shows everybody the same tree. Ask others for their checkpoints and compare.

        """;
}
