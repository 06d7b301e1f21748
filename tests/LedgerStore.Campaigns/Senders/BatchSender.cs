// Senders that send one request after the other and repeat each until it is answered with success: a webhook, and
// whoever has curl. One loop for each.
namespace LedgerStore.Campaigns.Senders;

/// <summary>Requests of many events.</summary>
internal abstract class BatchSender(SenderPlace place) : Sender(place)
{
    private const int BatchRecords = 250;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    public override int UnderWay => BatchRecords;

    public override async Task RunAsync(CancellationToken stop)
    {
        DateTime began = DateTime.UtcNow;
        for (int first = 0; first < Place.Records; first += BatchRecords)
        {
            await PaceAsync(first, began, stop);
            int count = Math.Min(BatchRecords, Place.Records - first);
            while (!await TrySendAsync(first, count, stop))
            {
                Place.Tally.SendAgain(first, count);
                await Task.Delay(s_pause, stop);
            }

            Place.Tally.Acknowledge(first, count);
        }
    }

    /// <returns>Whether the answer was success.</returns>
    protected abstract Task<bool> TrySendAsync(int first, int count, CancellationToken stop);
}
