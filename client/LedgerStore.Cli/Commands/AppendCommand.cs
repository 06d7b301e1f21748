// `ledger append`: records from the arguments, from lines of standard input, or from files. Batches are pipelined and
// acknowledged in order. One thread.
using System.CommandLine;
using System.Diagnostics;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Appends records.</summary>
internal static class AppendCommand
{
    private const int BatchesUnderWay = 16;

    private static Argument<string> Ledger() => new("ledger") { Description = "The ledger" };

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        Argument<string[]> records = new("record")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Records; without any, each line of standard input is one",
        };
        Option<string?> file = new("--file", "-f") { HelpName = "FILE", Description = "Read the lines of this file" };
        Option<bool> ndjson = new("--ndjson") { Description = "The lines are JSON; one that is not is refused" };
        Option<string?> contentType = new("--content-type") { HelpName = "TYPE", Description = "What the records are" };
        Option<string?> producer = new("--producer")
        {
            HelpName = "NAME",
            Description = "Count the records under this name: each is stored exactly once, whatever breaks",
        };
        Option<bool> resume = new("--resume")
        {
            Description = "With --producer: leave out what the ledger has of it, to go on with an interrupted import",
        };
        Option<bool> wait = new("--checkpoint")
        {
            Description = "Wait until a signed checkpoint covers the records, and verify it",
        };
        Option<string?> vkey = VerifyOptionsOf.Vkey();
        return builder.Make(
            "append",
            "Append records; each is durable once this says so\n\n"
            + "  ledger append demo 'bob approved invoice 7'\n"
            + "  ledger append demo --ndjson --file events.ndjson --producer import-1 --resume",
            [ledger, records, file, ndjson, contentType, producer, resume, wait, vkey],
            run => RunAsync(run, new Request(
                run.Get(ledger), run.Find(records) ?? [], run.Get(file), run.Get(ndjson),
                run.Get(contentType) ?? (run.Get(ndjson) ? "application/json" : string.Empty),
                run.Get(producer), run.Get(resume), run.Get(wait), run.Get(vkey))));
    }

    private static async Task<int> RunAsync(Run run, Request request)
    {
        if (request.Resume && request.Producer is null)
        {
            throw new UsageException("--resume needs --producer: only a producer's records are counted");
        }

        // Before anything is appended: a checkpoint that nobody can verify is of no use.
        using LedgerClient? verifying = request.Wait ? run.Connect(Capability.Verify) : null;
        using Verifier? verifier = verifying is null
            ? null
            : LedgerTrust.Open(run, verifying, request.Ledger, request.Vkey);
        using LedgerClient client = run.Connect(Capability.Append);
        await client.Catalog.DescribeAsync(request.Ledger, run.Cancellation).ConfigureAwait(false);
        Appender appender = client.CreateAppender(request.Ledger, new AppenderOptions
        {
            Producer = request.Producer,
            ContentType = request.ContentType,
            Ack = request.Wait ? Ack.Checkpointed : Ack.Durable,
            GiveUpAfter = run.Patience,
        });
        try
        {
            using Stream source = Open(run, request);
            ulong skip = request.Resume
                ? await appender.GetNextSequenceAsync(run.Cancellation).ConfigureAwait(false) - 1
                : 0;
            double bytes = source.CanSeek ? source.Length : 0;
            Import import = new(run, request, appender, new LineBatches(source, request.IsJson), skip, bytes);
            await ProgressLine.RunAsync(run, $"append to {request.Ledger}", bytes, import.RunAsync)
                .ConfigureAwait(false);
            VerifiedCheckpoint? checkpoint = null;
            try
            {
                checkpoint = verifier is null ? null : await import.VerifyAsync(verifier).ConfigureAwait(false);
            }
            finally
            {
                // What is stored is stored, whatever the checkpoint is.
                import.Report(checkpoint);
            }

            return ExitCode.Done;
        }
        finally
        {
            await appender.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Stream Open(Run run, Request request)
    {
        if (request.Records.Length > 0)
        {
            return request.Records.Any(record => record.AsSpan().ContainsAny('\n', '\r') || record.Length == 0)
                ? throw new UsageException("a record in an argument is one line; give others as lines or a file")
                : new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', request.Records)));
        }

        if (request.File is { } file and not "-")
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }

        if (run.Host.IsInputTerminal)
        {
            run.Note("each line is a record; Ctrl+D ends");
        }

        return run.Host.Input;
    }

    private sealed record Request(
        string Ledger,
        string[] Records,
        string? File,
        bool IsJson,
        string ContentType,
        string? Producer,
        bool Resume,
        bool Wait,
        string? Vkey);

    /// <summary>One import: a window of batches, whose answers come in order.</summary>
    private sealed class Import(
        Run run, Request request, Appender appender, LineBatches lines, ulong skip, double bytesTotal)
    {
        private readonly Queue<(Task<AppendedBatch> Stored, LineBatch Batch)> _underWay = new();
        private readonly long _started = Stopwatch.GetTimestamp();
        private ulong? _first;
        private ulong _last;
        private long _records;
        private ReadOnlyMemory<byte> _checkpoint;

        public async Task<bool> RunAsync(ProgressLine progress)
        {
            ulong left = skip;
            while (true)
            {
                (LineBatch? batch, left) = await lines.NextAsync(left, run.Cancellation).ConfigureAwait(false);
                if (batch is null)
                {
                    break;
                }

                _underWay.Enqueue((appender.AppendBatchAsync(batch.Records, batch.Lengths).AsTask(), batch));
                while (_underWay.Count >= BatchesUnderWay
                    || (_underWay.Count > 0 && _underWay.Peek().Stored.IsCompleted))
                {
                    await TakeAsync().ConfigureAwait(false);
                }

                progress.Tell(lines.BytesRead, bytesTotal, Rate);
            }

            while (_underWay.Count > 0)
            {
                await TakeAsync().ConfigureAwait(false);
                progress.Tell(lines.BytesRead, bytesTotal, Rate);
            }

            return true;
        }

        /// <summary>Verifies the newest checkpoint that came with the answers; null when nothing was appended.
        /// </summary>
        public async Task<VerifiedCheckpoint?> VerifyAsync(Verifier verifier)
        {
            return _first is null
                ? null
                : await LedgerTrust.AcceptCoveringAsync(verifier, _checkpoint, _last, run.Cancellation)
                    .ConfigureAwait(false);
        }

        /// <param name="verified">The checkpoint, verified; null: there is none to show.</param>
        public void Report(VerifiedCheckpoint? verified)
        {
            if (run.IsJson)
            {
                JsonOutput.Object(run, json =>
                {
                    json.WriteString("ledger", request.Ledger);
                    json.WriteNumber("records", _records);
                    json.WriteNumber("skipped", skip);
                    if (_first is { } from)
                    {
                        json.WriteNumber("first_index", from);
                        json.WriteNumber("last_index", _last);
                    }

                    if (verified is not null)
                    {
                        json.WriteString("checkpoint", verified.Note.Bytes);
                    }
                });
                return;
            }

            string skipped = skip > 0 ? $" ({skip} were there before)" : string.Empty;
            run.Line(_first is not { } index ? $"nothing to append{skipped}"
                : _records == 1 ? $"appended entry {index}{skipped}"
                : $"appended {_records} entries, {index} to {_last}{skipped}");
            if (verified is not null)
            {
                run.Line(string.Empty);
                run.Host.WriteExact(verified.Note.Bytes);
            }
        }

        private async Task TakeAsync()
        {
            (Task<AppendedBatch> stored, LineBatch batch) = _underWay.Dequeue();
            AppendedBatch answer = await stored.ConfigureAwait(false);
            batch.Dispose();
            _first ??= answer.FirstIndex;
            _last = answer.FirstIndex + (ulong)answer.Count - 1;
            _records += answer.Count;
            _checkpoint = answer.Checkpoint;
        }

        private string Rate() =>
            $"{_records:N0} records, "
            + $"{_records / Math.Max(0.001, Stopwatch.GetElapsedTime(_started).TotalSeconds):N0}/s";
    }
}
