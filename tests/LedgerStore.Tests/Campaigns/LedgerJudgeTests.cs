// The judge of the campaigns sees what it is there for: a record that is lost, doubled, moved or changed, and what is
// named.
using LedgerStore.Campaigns.Judging;
using LedgerStore.Campaigns.Load;
using Xunit;

namespace LedgerStore.Tests.Campaigns;

public sealed class LedgerJudgeTests
{
    private const ulong Seed = 5;
    private const string Producer = "writer-0";

    private readonly LedgerJudge judge = new("campaign.0", Seed);
    private readonly Verdict verdict = new();

    public LedgerJudgeTests()
    {
        judge.Add(new Acknowledged(Producer, 1, 3, 0, 1));
        judge.Add(new Acknowledged(Producer, 4, 2, 3, 2));
    }

    [Fact]
    public void Everything_that_was_acknowledged_is_there()
    {
        Read(0, 1, 2, 3, 4, 5, 6);
        judge.End(isEnd: true, verdict);
        Assert.True(verdict.IsClean, verdict.ToString());
        Assert.Equal(6, verdict.Compared);
    }

    [Fact]
    public void What_is_behind_the_end_is_lost()
    {
        Read(0, 1, 2, 3, 4);
        judge.End(isEnd: true, verdict);
        Assert.Equal(1, verdict.Lost);
    }

    [Fact]
    public void What_was_read_once_is_lost_too_although_nobody_acknowledged_it()
    {
        Read(0, 1, 2, 3, 4, 5, 6);
        judge.End(isEnd: true, verdict);
        judge.StartOver();
        Read(0, 1, 2, 3, 4, 5);
        judge.End(isEnd: true, verdict);
        Assert.Equal(1, verdict.Lost);
    }

    [Fact]
    public void A_record_that_comes_again_is_doubled()
    {
        Read(0, 1, 2, 3, 4, 5, 4);
        judge.End(isEnd: true, verdict);
        Assert.Equal((1, 0), (verdict.Doubled, verdict.Lost));
    }

    [Fact]
    public void Other_bytes_and_another_place_are_wrong()
    {
        judge.Entry(0, Producer, 1, Records.RecordAt(Seed, Producer, 2), verdict);
        Assert.Equal(1, verdict.Wrong);
        Read(1, 2, 3, 5, 6);
        judge.End(isEnd: true, verdict);
        Assert.True(verdict.Wrong > 2, verdict.ToString());
    }

    [Fact]
    public void An_error_names_what_it_does_not_give_and_an_end_does_not()
    {
        Read(0, 1, 2, 3, 4);
        judge.End(isEnd: false, verdict);
        Assert.True(verdict.IsClean, verdict.ToString());
        Assert.Equal(1, verdict.Named);
    }

    [Fact]
    public void A_range_that_is_named_is_not_lost_and_what_follows_is_compared()
    {
        judge.Unreadable(0, 3, verdict);
        Read(3, 4, 5);
        judge.End(isEnd: true, verdict);
        Assert.True(verdict.IsClean, verdict.ToString());
        Assert.Equal(3, verdict.Named);
    }

    private void Read(ulong index, params ulong[] sequences)
    {
        foreach (ulong sequence in sequences)
        {
            judge.Entry(index++, Producer, sequence, Records.RecordAt(Seed, Producer, sequence), verdict);
        }
    }
}
