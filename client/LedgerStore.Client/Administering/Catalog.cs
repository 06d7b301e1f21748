// Which ledgers there are. Any capability on a ledger is enough to see it.
// Any thread.

using System.Runtime.CompilerServices;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>Lists and describes ledgers. Errors are <see cref="RpcException"/>.</summary>
public sealed class Catalog
{
    private const uint PageSize = 500;

    private readonly ServerConnection _client;

    internal Catalog(ServerConnection client) => _client = client;

    /// <summary>All ledgers that begin with a prefix and on which this client may do something, in the order of their
    /// names.</summary>
    /// <exception cref="LedgerViolationException">The list goes round in circles, or is of something else.</exception>
    public async IAsyncEnumerable<LedgerInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string page = string.Empty;
        string last = string.Empty;
        do
        {
            ListLedgersResponse response = await _client.AskAsync(
                LedgerMethods.ListLedgers,
                new ListLedgersRequest { Prefix = prefix, PageSize = PageSize, PageToken = page },
                "the list of ledgers",
                cancellationToken).ConfigureAwait(false);
            page = response.NextPageToken;
            if (response.Ledgers.Count == 0 && page.Length > 0)
            {
                throw WrongAnswer.To("the list of ledgers", "ledgers before the next page", "none");
            }

            foreach (LedgerInfo ledger in response.Ledgers)
            {
                // In order, or a server could send the same ones for ever.
                if (!ledger.Ledger.StartsWith(prefix, StringComparison.Ordinal)
                    || string.CompareOrdinal(ledger.Ledger, last) <= 0)
                {
                    throw WrongAnswer.To(
                        "the list of ledgers", $"a name with '{prefix}' that follows '{last}'", $"'{ledger.Ledger}'");
                }

                last = ledger.Ledger;
                yield return ledger;
            }
        }
        while (page.Length > 0);
    }

    /// <summary>One ledger.</summary>
    public async ValueTask<LedgerInfo> DescribeAsync(string ledger, CancellationToken cancellationToken)
    {
        LedgerInfo info = await _client.AskAsync(
            LedgerMethods.DescribeLedger, new DescribeLedgerRequest { Ledger = ledger }, ledger, cancellationToken)
            .ConfigureAwait(false);
        WrongAnswer.DemandEcho(ledger, "ledger", ledger, info.Ledger);
        return info;
    }

    /// <summary>Signs off in <c>_audit</c> that somebody reviewed who may do what; needs <c>read</c> on it.</summary>
    public ValueTask<SignOffResponse> SignOffAsync(SignOffRequest request, CancellationToken cancellationToken) =>
        _client.AskAsync(LedgerMethods.SignOff, request, request.Ledger, cancellationToken);
}
