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

    private readonly LedgerJudge _judge = new("campaign.0", Seed);
    private readonly Verdict _verdict = new();

    public LedgerJudgeTests()
    {
        _judge.Add(new Acknowledged(Producer, 1, 3, 0, 1));
        _judge.Add(new Acknowledged(Producer, 4, 2, 3, 2));
    }

    [Fact]
    public void Everything_that_was_acknowledged_is_there()
    {
        Read(0, 1, 2, 3, 4, 5, 6);
        _judge.End(isEnd: true, _verdict);
        Assert.True(_verdict.IsClean, _verdict.ToString());
        Assert.Equal(6, _verdict.Compared);
    }

    [Fact]
    public void What_is_behind_the_end_is_lost()
    {
        Read(0, 1, 2, 3, 4);
        _judge.End(isEnd: true, _verdict);
        Assert.Equal(1, _verdict.Lost);
    }

    [Fact]
    public void What_was_read_once_is_lost_too_although_nobody_acknowledged_it()
    {
        Read(0, 1, 2, 3, 4, 5, 6);
        _judge.End(isEnd: true, _verdict);
        _judge.StartOver();
        Read(0, 1, 2, 3, 4, 5);
        _judge.End(isEnd: true, _verdict);
        Assert.Equal(1, _verdict.Lost);
    }

    [Fact]
    public void A_record_that_comes_again_is_doubled()
    {
        Read(0, 1, 2, 3, 4, 5, 4);
        _judge.End(isEnd: true, _verdict);
        Assert.Equal((1, 0), (_verdict.Doubled, _verdict.Lost));
    }

    [Fact]
    public void Other_bytes_and_another_place_are_wrong()
    {
        _judge.Entry(0, Producer, 1, Records.RecordAt(Seed, Producer, 2), _verdict);
        Assert.Equal(1, _verdict.Wrong);
        Read(1, 2, 3, 5, 6);
        _judge.End(isEnd: true, _verdict);
        Assert.True(_verdict.Wrong > 2, _verdict.ToString());
    }

    [Fact]
    public void An_error_names_what_it_does_not_give_and_an_end_does_not()
    {
        Read(0, 1, 2, 3, 4);
        _judge.End(isEnd: false, _verdict);
        Assert.True(_verdict.IsClean, _verdict.ToString());
        Assert.Equal(1, _verdict.Named);
    }

    [Fact]
    public void A_range_that_is_named_is_not_lost_and_what_follows_is_compared()
    {
        _judge.Unreadable(0, 3, _verdict);
        Read(3, 4, 5);
        _judge.End(isEnd: true, _verdict);
        Assert.True(_verdict.IsClean, _verdict.ToString());
        Assert.Equal(3, _verdict.Named);
    }

    private void Read(ulong index, params ulong[] sequences)
    {
        foreach (ulong sequence in sequences)
        {
            _judge.Entry(index++, Producer, sequence, Records.RecordAt(Seed, Producer, sequence), _verdict);
        }
    }
}
