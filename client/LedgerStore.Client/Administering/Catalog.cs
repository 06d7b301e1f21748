// Which ledgers there are. Any capability on a ledger is enough to see it.
// Any thread.

using System.Runtime.CompilerServices;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>Lists and describes ledgers. Errors are <see cref="RpcException"/>.</summary>
public sealed class Catalog
{
    private const uint PageSize = 500;

    private readonly LedgerClient client;

    internal Catalog(LedgerClient client) => this.client = client;

    /// <summary>All ledgers that begin with a prefix and on which this client may do something.</summary>
    public async IAsyncEnumerable<LedgerInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string page = string.Empty;
        do
        {
            ListLedgersResponse response = await client.Channel.UnaryAsync(
                LedgerMethods.ListLedgers,
                new ListLedgersRequest { Prefix = prefix, PageSize = PageSize, PageToken = page },
                client.Unary(cancellationToken)).ConfigureAwait(false);
            foreach (LedgerInfo ledger in response.Ledgers)
            {
                yield return ledger;
            }

            page = response.NextPageToken;
        }
        while (page.Length > 0);
    }

    /// <summary>One ledger.</summary>
    public ValueTask<LedgerInfo> DescribeAsync(string ledger, CancellationToken cancellationToken) =>
        client.Channel.UnaryAsync(
            LedgerMethods.DescribeLedger,
            new DescribeLedgerRequest { Ledger = ledger },
            client.Unary(cancellationToken));
}
