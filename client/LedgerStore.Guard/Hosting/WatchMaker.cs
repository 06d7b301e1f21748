// Makes the watch of a ledger, where the one before left off: from its file, or from where `_alerts` says that watching
// began, or for the first time. One at a time.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Guard;

/// <summary>Opens watches.</summary>
internal sealed class WatchMaker(GuardOptions options, StateFile state, AlertLedger alerts)
{
    public async Task<LedgerWatch> MakeAsync(
        LedgerInfo info, WatchedLedgers about, Verifier verifier, CancellationToken cancellation)
    {
        RuleFile file = options.Rules;
        LedgerWatch watch = new(info.Ledger, about, file.RulesOf(about), file.Sha256);
        IReadOnlyDictionary<string, RuleStart> starts = alerts.Book.StartsOf(info.Ledger);
        LedgerState? kept = state.Load(info.Ledger);
        RuleStart fresh;
        if (kept is not null)
        {
            watch.Restore(kept);
            fresh = new RuleStart(kept.Next, kept.Clock);
        }
        else
        {
            fresh = await FreshAsync(info, verifier, cancellation).ConfigureAwait(false);
            ulong first = watch.Rules.Select(rule => starts.GetValueOrDefault(rule.Hash, fresh).From)
                .Append(fresh.From).Min();
            watch.Start(first, clock: 0);
        }

        HashSet<string> known = [.. kept?.Rules.Select(static one => one.Hash) ?? []];
        foreach (RuleWatch rule in watch.Rules.Where(one => !known.Contains(one.Hash)))
        {
            RuleStart start = starts.GetValueOrDefault(rule.Hash, fresh);
            rule.Begin(start.From, start.At);
        }

        string[] hashes = [.. watch.Rules.Select(static rule => rule.Hash)];
        if (!hashes.ToHashSet().SetEquals(starts.Keys))
        {
            await alerts.AppendAsync(
                new WatchStart(info.Ledger, fresh.From, fresh.At, hashes, file.Sha256), cancellation)
                .ConfigureAwait(false);
        }

        return watch;
    }

    private async Task<RuleStart> FreshAsync(LedgerInfo info, Verifier verifier, CancellationToken cancellation)
    {
        // What is signed, and not what the server says that it has: a size without end would be a ledger unwatched.
        ulong size = (await verifier.TryUpdateAsync(cancellation).ConfigureAwait(false))?.Size ?? 0;
        DateTimeOffset now = options.Time.GetUtcNow();
        if (options.LookBack is not { } age)
        {
            return new RuleStart(size, Micros.Of(now));
        }

        try
        {
            return await FirstAsync(info, verifier, now - age, cancellation).ConfigureAwait(false)
                ?? new RuleStart(size, Micros.Of(now - age));
        }
        catch (RpcException damaged) when (damaged.StatusCode == StatusCode.DataLoss)
        {
            // Where that time is cannot be found: what there is is read from its beginning, and what cannot be is told.
            options.Say($"{info.Ledger} is read from its beginning: {damaged.Status.Detail}");
            return new RuleStart(0, Micros.Of(now - age));
        }
    }

    /// <summary>The first entry since a time; null: there is none.</summary>
    private async Task<RuleStart?> FirstAsync(
        LedgerInfo info, Verifier verifier, DateTimeOffset since, CancellationToken cancellation)
    {
        ReadOptions first = new() { FromTime = since, Limit = 1 };
        await foreach (LedgerEvent next in options.Client.CreateReader(info.Ledger).Verified(verifier)
            .ReadAsync(first, cancellation).ConfigureAwait(false))
        {
            return next switch
            {
                LedgerEntry entry => new RuleStart(entry.Index, Micros.Of(since)),
                ExpiredRange gone => new RuleStart(gone.FirstIndex, Micros.Of(since)),
                UnreadableRange away => new RuleStart(away.FirstIndex, Micros.Of(since)),
                _ => null,
            };
        }

        return null;
    }
}
