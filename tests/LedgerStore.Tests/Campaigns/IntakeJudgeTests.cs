// The judge of the campaign `intake` sees what it is there for: an acknowledged event that is lost, one that is there
// twice without a reason, one out of its order, one that could not be read; and lets pass what is explained.
using System.Text;
using LedgerStore.Campaigns.Judging;
using LedgerStore.Campaigns.Senders;
using Xunit;

namespace LedgerStore.Tests.Campaigns;

public sealed class IntakeJudgeTests
{
    private const int Records = 6;

    private readonly Tally _tally = new(Records, static () => { });
    private readonly Verdict _verdict = new();

    [Fact]
    public void Everything_that_was_acknowledged_is_there()
    {
        _tally.Acknowledge(0, 5);
        Look(new SenderFacts("s", Records, true, 0, true, true), 0, 1, 2, 3, 4, 9);
        Assert.True(_verdict.IsClean, _verdict.ToString());
        Assert.Equal(6, _verdict.Compared);
    }

    [Fact]
    public void What_was_acknowledged_and_is_not_there_is_lost_and_nothing_else_is()
    {
        _tally.Acknowledge(0, 4);
        IntakeJudge judge = Look(new SenderFacts("s", Records, true, 0, true, true), 0, 1, 3);
        Assert.Equal((1, 3), (_verdict.Lost, judge.Missing));
    }

    [Fact]
    public void Twice_is_explained_by_a_request_that_was_sent_again()
    {
        _tally.SendAgain(1, 2);
        SenderFacts unnamed = new("s", Records, true, null, true, true);
        Assert.Equal(2, Look(unnamed, 0, 1, 2, 1, 2).Twice);
        Assert.True(_verdict.IsClean, _verdict.ToString());
        Look(unnamed, 0, 1, 2, 0);
        Assert.Equal(1, _verdict.Doubled);
    }

    [Fact]
    public void What_the_intake_knows_again_is_twice_only_when_it_was_killed()
    {
        _tally.SendAgain(0, Records);
        Look(new SenderFacts("s", Records, true, 1, true, true), 0, 1, 2, 2);
        Assert.True(_verdict.IsClean, _verdict.ToString());
        Look(new SenderFacts("s", Records, true, 1, true, true), 0, 1, 2, 1, 2);
        Assert.Equal(1, _verdict.Doubled);
    }

    [Fact]
    public void Order_and_what_cannot_be_read_are_seen()
    {
        Look(new SenderFacts("s", Records, true, 0, false, true), 0, 2, 1);
        Assert.Equal(1, _verdict.Wrong);
        Look(new SenderFacts("s", Records, false, null, false, false), 0, 2, 1);
        Assert.Equal(1, _verdict.Wrong);
        IntakeJudge judge = new(new SenderFacts("s", Records, true, 0, false, true), _tally);
        judge.Entry("#1#"u8, "no JSON", _verdict);
        judge.Entry("nothing"u8, null, _verdict);
        Assert.Equal(3, _verdict.Wrong);
    }

    private IntakeJudge Look(SenderFacts sender, params int[] numbers)
    {
        IntakeJudge judge = new(sender, _tally);
        foreach (int number in numbers)
        {
            judge.Entry(Encoding.UTF8.GetBytes($"{{\"n\":\"#{number}#\"}}"), null, _verdict);
        }

        judge.End(_verdict);
        return judge;
    }
}
