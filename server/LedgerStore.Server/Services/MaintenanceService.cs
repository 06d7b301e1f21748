// Admin: scrubbing on demand and the rotation of the signing key. Both take their time and tell how far they are.
// Stateless; any thread.
using System.Threading.Channels;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Rights;
using Progress = LedgerStore.Engine.ScrubProgress;
using ScrubProgress = LedgerStore.Protocol.V1.ScrubProgress;
using ScrubRequest = LedgerStore.Protocol.V1.ScrubRequest;

namespace LedgerStore.Server.Services;

/// <summary>The long calls of the capability <c>administer</c>.</summary>
internal static class MaintenanceService
{
    private const int ProgressKept = 4;

    public static async ValueTask ScrubAsync(
        ScrubRequest request, IServerStreamWriter<ScrubProgress> responses, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        string? ledger = request.Ledger.Length == 0 ? null : request.Ledger;
        if (ledger is null)
        {
            await access.AllowStoreAsync().ConfigureAwait(false);
        }
        else
        {
            await access.AllowAsync(ledger).ConfigureAwait(false);
        }

        // Who reads slowly misses steps, never the end.
        Channel<Progress> steps = Channel.CreateBounded<Progress>(
            new BoundedChannelOptions(ProgressKept) { FullMode = BoundedChannelFullMode.DropOldest });
        Task<ScrubReport> scrub = access.Services.Store.ScrubAsync(
            ledger, progress => steps.Writer.TryWrite(progress), call.CancellationToken);
        Task ended = scrub.ContinueWith(
            _ => steps.Writer.TryComplete(),
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        Progress last = default;
        await foreach (Progress step in steps.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            last = step;
            await responses.WriteAsync(MessageOf(request.Ledger, step)).ConfigureAwait(false);
        }

        await ended.ConfigureAwait(false);
        ScrubReport report = await scrub.ConfigureAwait(false);
        ScrubProgress final = MessageOf(request.Ledger, last);
        final.Checked = (ulong)report.Bytes;
        final.Done = true;
        final.Problems.AddRange(report.Findings.Select(ProblemOf));
        await responses.WriteAsync(final).ConfigureAwait(false);
    }

    public static async ValueTask RotateKeyAsync(
        RotateKeyRequest request, IServerStreamWriter<RotateKeyProgress> responses, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Store store = access.Services.Store;
        if (!Path.IsPathFullyQualified(request.KeyFile))
        {
            throw RpcException.Because(
                StatusCode.InvalidArgument, "INVALID_ARGUMENT",
                "key_file must be the absolute path of a key file on the server, which `ledger key new` makes");
        }

        ulong total = (ulong)store.LedgerNames.Count;
        await responses.WriteAsync(new RotateKeyProgress { LedgersTotal = total }).ConfigureAwait(false);

        // The store uses it until it is closed; the process ends with it.
        SigningKey next = LogKeyFile.Load(request.KeyFile);
        await store.RotateKeyAsync(next, access.Caller.Name).ConfigureAwait(false);
        await responses.WriteAsync(new RotateKeyProgress
        {
            LedgersDone = total,
            LedgersTotal = total,
            Vkey = access.Services.Audit.Ledger.VerifierKey ?? string.Empty,
        }).ConfigureAwait(false);
    }

    private static ScrubProgress MessageOf(string ledger, Progress step) => new()
    {
        Ledger = ledger,
        Checked = (ulong)step.Bytes,
        Total = (ulong)step.BytesTotal,
    };

    private static LedgerProblem ProblemOf(VerifyFinding finding) => new()
    {
        Ledger = AuditText.Of(finding.Ledger ?? string.Empty),
        FirstIndex = (ulong)finding.FirstIndex,
        Count = (ulong)finding.Count,
        Reason = $"{finding.Kind}: {finding.Evidence}",
    };
}
