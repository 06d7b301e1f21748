// The report of a verification in JSON. The names are for programs: they are added to, never changed. Pure.
using System.Buffers;
using System.Text.Json;

namespace LedgerStore.Engine.Verification;

/// <summary>Writes reports.</summary>
internal static class VerifyReportJson
{
    public static byte[] Write(VerifyReport report)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("verified", report.IsWhole);
            json.WriteString("verdict", !report.IsVerified ? "not_verified"
                : report.IsWhole ? "verified"
                : "not_wholly_checked");
            json.WriteString("data_directory", report.DataDirectory);
            json.WriteNumber("entries", report.Entries);
            json.WriteNumber("bytes", report.Bytes);
            json.WriteNumber("checkpoints", report.Checkpoints);
            json.WriteNumber("unvouched_entries", report.UnvouchedEntries);
            json.WriteBoolean("recorded", report.IsRecorded);
            json.WriteNumber("unsigned_claims", report.UnsignedClaims);
            json.WriteNumber("unmade_changes", report.UnmadeChanges.Count);
            json.WriteNumber("unchecked_entries", report.UncheckedEntries);
            json.WriteNumber("seconds", Math.Round(report.Duration.TotalSeconds, 3));
            json.WriteNumber("finding_count", report.FindingCount);
            json.WriteStartArray("findings");
            foreach (VerifyFinding finding in report.Findings)
            {
                WriteFinding(json, finding);
            }

            json.WriteEndArray();
            json.WriteStartArray("ledgers");
            foreach (LedgerReport ledger in report.Ledgers)
            {
                WriteLedger(json, ledger);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static string NameOf(VerifyFindingKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static void WriteFinding(Utf8JsonWriter json, VerifyFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("kind", NameOf(finding.Kind));
        WriteText(json, "ledger", finding.Ledger);
        WriteNumber(json, "first_index", finding.FirstIndex);
        WriteNumber(json, "count", finding.FirstIndex < 0 ? -1 : finding.Count);
        WriteText(json, "file", finding.File);
        WriteNumber(json, "offset", finding.Offset);
        json.WriteString("evidence", finding.Evidence);
        json.WriteEndObject();
    }

    private static void WriteLedger(Utf8JsonWriter json, LedgerReport ledger)
    {
        json.WriteStartObject();
        json.WriteString("name", ledger.Name);
        json.WriteNumber("id", ledger.Id);
        json.WriteString("origin", ledger.Origin);
        json.WriteNumber("entries", ledger.Entries);
        json.WriteNumber("hashed_entries", ledger.HashedEntries);
        json.WriteNumber("segments", ledger.Segments);
        json.WriteNumber("bytes", ledger.Bytes);
        json.WriteNumber("checkpoints", ledger.Checkpoints);
        json.WriteBoolean("has_key", ledger.HasKey);
        json.WriteNumber("signed_size", ledger.SignedSize);
        WriteText(json, "signed_by", ledger.SignedBy);
        json.WriteNumber("unvouched_entries", ledger.UnvouchedEntries);
        json.WriteNumber("expired_entries", ledger.ExpiredEntries);
        json.WriteNumber("cold_entries", ledger.ColdEntries);
        json.WriteNumber("unchecked_entries", ledger.UncheckedEntries);
        WriteGone(json, ledger);
        json.WriteNumber("findings", ledger.Findings);
        json.WriteEndObject();
    }

    /// <summary>Ranges whose payload is not in the directory.</summary>
    private static void WriteGone(Utf8JsonWriter json, LedgerReport ledger)
    {
        json.WriteStartArray("expired");
        foreach (ExpiryReport range in ledger.Expired)
        {
            json.WriteStartObject();
            json.WriteNumber("first_index", range.FirstIndex);
            json.WriteNumber("count", range.Count);
            json.WriteNumber("tombstone", range.Tombstone);
            json.WriteString("policy", range.Policy);
            json.WriteString("reason", range.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("cold");
        foreach (ColdReport range in ledger.Cold)
        {
            json.WriteStartObject();
            json.WriteNumber("first_index", range.FirstIndex);
            json.WriteNumber("count", range.Count);
            json.WriteString("location", range.Location);
            json.WriteBoolean("checked", range.IsChecked);
            WriteText(json, "away", range.Away);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long value)
    {
        if (value < 0)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteNumber(name, value);
        }
    }
}
