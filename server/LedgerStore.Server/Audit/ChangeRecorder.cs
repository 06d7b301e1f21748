// Records what changes about the server itself: its start and stop, and every policy, taken or refused. Changes come on
// the reload thread, which must not wait: they are queued.
// The reload thread, and the thread that starts and stops the server.
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using LedgerStore.Pki;
using LedgerStore.Policy;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Trust;

namespace LedgerStore.Server.Audit;

/// <summary>The record of changes.</summary>
/// <param name="policyFile">The policy's file.</param>
/// <param name="policyCopy">Where its text is kept, to be compared with at the next start.</param>
internal sealed class ChangeRecorder(AuditLog audit, EventQueue events, string policyFile, string policyCopy)
{
    private const int DifferenceMax = 32 * 1024;

    private static readonly string s_version =
        typeof(ChangeRecorder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";

    /// <summary>Records the start, and a policy that is not the one that held when the server last ran.</summary>
    /// <returns>The policy's change while the server was down, for an alert; null when there was none.</returns>
    public async ValueTask<PolicyChange?> StartedAsync(CompiledPolicy policy)
    {
        if (audit.IsReadOnly)
        {
            return null;
        }

        LastPolicy last = await LastPolicy.FindAsync(audit.Ledger, policyCopy).ConfigureAwait(false);
        List<Event> first = [LifecycleOf("start", string.Empty)];
        if (last.WhyStrange(policyCopy, policy.Document.Sha256.AsSpan()) is { } strange)
        {
            first.Add(new Event { Finding = new Finding { File = policyCopy, Evidence = strange } });
        }

        PolicyChange? change = null;
        if (!last.Sha256.AsSpan().SequenceEqual(policy.Document.Sha256.AsSpan()))
        {
            change = last.ChangeTo(policy);
            change.WhileDown = last.Sha256.Length > 0;
            first.Add(new Event { Policy = change });
        }

        // Before it is recorded: a crash in between leaves a copy of the policy that the next start finds in force.
        Keep(policy);
        await audit.AppendAsync(first).ConfigureAwait(false);
        return change is { WhileDown: true } ? change : null;
    }

    /// <summary>Records an orderly end.</summary>
    public async ValueTask StoppedAsync()
    {
        if (audit.IsReadOnly)
        {
            return;
        }

        try
        {
            await audit.AppendAsync(LifecycleOf("stop", string.Empty)).ConfigureAwait(false);
        }
        catch (Grpc.Core.RpcException)
        {
            // The store is beyond writing. The next start finds a start without a stop.
        }
    }

    /// <summary>Queues the record of a policy that was exchanged or refused.</summary>
    public void TrustChanged(TrustChange change)
    {
        if (change.Part != TrustPart.Policy)
        {
            string what = change.IsAccepted ? "trust changed" : "trust refused";
            events.Add(LifecycleOf(what, $"{change.Part}: {change.Detail}"));
            return;
        }

        PolicyDocument before = change.Before.Policy.Document;
        PolicyChange record = new()
        {
            Sha256Before = ByteString.CopyFrom(before.Sha256.AsSpan()),
            Sha256After = ByteString.CopyFrom(change.After.Policy.Document.Sha256.AsSpan()),
            Accepted = change.IsAccepted,
        };
        if (change.IsAccepted)
        {
            record.Difference = PolicyDifference
                .Between(change.Before.Policy, change.After.Policy).ToText(DifferenceMax);
            Keep(change.After.Policy);
        }
        else
        {
            record.Reason = Cut(change.Detail);
        }

        events.Add(new Event { Policy = record });
    }

    /// <summary>What happened to the server as a whole.</summary>
    public static Event LifecycleOf(string change, string detail) => new()
    {
        Lifecycle = new Lifecycle { Change = change, Version = s_version, Detail = Cut(detail) },
    };

    private static string Cut(string text) => text.Length > DifferenceMax ? text[..DifferenceMax] : text;

    // A copy only: if it cannot be written, the next start says that policies differ and not in what.
    private void Keep(CompiledPolicy policy)
    {
        if (audit.IsReadOnly)
        {
            return;
        }

        try
        {
            byte[] text = PkiFiles.ReadBytes(policyFile);
            if (SHA256.HashData(text).AsSpan().SequenceEqual(policy.Document.Sha256.AsSpan()))
            {
                PkiFiles.WritePublic(policyCopy, Encoding.UTF8.GetString(text));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PkiException)
        {
            events.Add(LifecycleOf("alert", $"the policy's copy cannot be written: {error.Message}"));
        }
    }
}
