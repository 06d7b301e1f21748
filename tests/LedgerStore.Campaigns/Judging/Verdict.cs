// What a judge has found, in records. Added up; owned by whoever asked.
namespace LedgerStore.Campaigns.Judging;

/// <summary>One look at a store, or several together.</summary>
internal sealed class Verdict
{
    private const int DetailsMax = 12;

    /// <summary>Records that are in the client's list.</summary>
    public long Acknowledged { get; set; }

    /// <summary>Entries that were read and compared.</summary>
    public long Compared { get; set; }

    /// <summary>Acknowledged, and neither there nor named as unreadable.</summary>
    public long Lost { get; set; }

    public long Doubled { get; set; }

    /// <summary>Other bytes, another place, another answer than before, or not what was signed.</summary>
    public long Wrong { get; set; }

    /// <summary>Failures that no fault of the campaign explains.</summary>
    public long Unexplained { get; set; }

    /// <summary>The server says that it cannot give them, and which.</summary>
    public long Named { get; set; }

    /// <summary>The longest time without an acknowledgement.</summary>
    public long LongestOutageMillis { get; set; }

    public List<string> Details { get; set; } = [];

    public bool IsClean => Lost + Doubled + Wrong + Unexplained == 0;

    public void Say(string detail)
    {
        if (Details.Count < DetailsMax)
        {
            Details.Add(detail);
        }
    }

    public void Explain(bool isWrong, string detail)
    {
        (Wrong, Unexplained) = isWrong ? (Wrong + 1, Unexplained) : (Wrong, Unexplained + 1);
        Say(detail);
    }

    public override string ToString() =>
        $"{Acknowledged:N0} acknowledged, {Compared:N0} compared: {Lost:N0} lost, {Doubled:N0} doubled, "
        + $"{Wrong:N0} wrong, {Unexplained:N0} unexplained, {Named:N0} named"
        + string.Concat(Details.Select(static detail => "\n    " + detail));
}
