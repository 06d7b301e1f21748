// What the window knows, forgets, and finds again after a restart.

using LedgerStore.Intake.Delivering;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class DuplicateWindowTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public void An_event_is_new_once()
    {
        using TempFolder folder = new();
        using DuplicateWindow window = Open(folder, idsMax: 100);
        Delivery first = new(), second = new();
        Assert.Equal(FindingKind.New, window.Claim(Key(1), first).Kind);
        Assert.Equal(FindingKind.Before, window.Claim(Key(1), first).Kind);
        Finding other = window.Claim(Key(1), second);
        Assert.Equal((FindingKind.UnderWay, first), (other.Kind, other.Other));
        window.Commit([Key(1)]);
        Assert.Equal(FindingKind.Before, window.Claim(Key(1), second).Kind);
    }

    [Fact]
    public void What_was_not_stored_is_new_again()
    {
        using TempFolder folder = new();
        using DuplicateWindow window = Open(folder, idsMax: 100);
        window.Claim(Key(1), new Delivery());
        window.Release([Key(1)]);
        Assert.Equal(FindingKind.New, window.Claim(Key(1), new Delivery()).Kind);
    }

    [Fact]
    public void An_id_that_is_used_for_something_else_is_no_duplicate()
    {
        using TempFolder folder = new();
        using DuplicateWindow window = Open(folder, idsMax: 100);
        window.Claim(Key(1), new Delivery());
        window.Commit([Key(1)]);
        EventKey other = Key(1) with { Content = 99 };
        Finding finding = window.Claim(other, new Delivery());
        Assert.Equal((FindingKind.New, true), (finding.Kind, finding.IsIdReused));
        window.Commit([finding.Key]);
        Assert.Equal(FindingKind.Before, window.Claim(other, new Delivery()).Kind);
        Assert.Equal(FindingKind.Before, window.Claim(Key(1), new Delivery()).Kind);
    }

    [Fact]
    public void A_restart_forgets_nothing_that_was_committed()
    {
        using TempFolder folder = new();
        using (DuplicateWindow window = Open(folder, idsMax: 100))
        {
            Commit(window, 0, 70);
            window.Claim(Key(500), new Delivery());
        }

        using DuplicateWindow again = Open(folder, idsMax: 100);
        Assert.All(Enumerable.Range(20, 50), i => Assert.Equal(FindingKind.Before, Find(again, i)));
        Assert.Equal(FindingKind.New, Find(again, 500));
    }

    [Fact]
    public void Its_memory_and_its_files_have_a_bound()
    {
        using TempFolder folder = new();
        using DuplicateWindow window = Open(folder, idsMax: 100);
        Commit(window, 0, 1000);
        Assert.InRange(window.Count, 50, 100);
        Assert.All(Enumerable.Range(950, 50), i => Assert.Equal(FindingKind.Before, Find(window, i)));
        Assert.InRange(Directory.GetFiles(folder.Path).Sum(file => new FileInfo(file).Length), 32, 100 * 32);
    }

    [Fact]
    public void An_hour_is_remembered_and_not_for_ever()
    {
        using TempFolder folder = new();
        using DuplicateWindow window = Open(folder, idsMax: 1000);
        Commit(window, 0, 10);
        _time.Pass(TimeSpan.FromMinutes(59));
        Commit(window, 10, 1);
        Assert.Equal(FindingKind.Before, Find(window, 3));
        _time.Pass(TimeSpan.FromMinutes(61));
        Commit(window, 11, 1);
        _time.Pass(TimeSpan.FromMinutes(61));
        Commit(window, 12, 1);
        Assert.Equal(FindingKind.New, Find(window, 3));
        Assert.Equal(FindingKind.Before, Find(window, 12));
    }

    [Fact]
    public void A_file_that_is_cut_or_flipped_anywhere_only_forgets()
    {
        using TempFolder folder = new();
        using (DuplicateWindow window = Open(folder, idsMax: 100))
        {
            Commit(window, 0, 5);
        }

        string file = folder.File("newer.ids");
        byte[] whole = File.ReadAllBytes(file);
        Assert.Equal(5 * 32, whole.Length);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 0x10;
            File.WriteAllBytes(file, flipped);
            using DuplicateWindow window = Open(folder, idsMax: 100);
            Assert.Equal(4, window.Count);
        }

        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            using DuplicateWindow window = Open(folder, idsMax: 100);
            Assert.Equal(length / 32, window.Count);
        }
    }

    private static FindingKind Find(DuplicateWindow window, int number)
    {
        Finding finding = window.Claim(Key(number), new Delivery());
        window.Release(finding.Kind == FindingKind.New ? [finding.Key] : []);
        return finding.Kind;
    }

    private static void Commit(DuplicateWindow window, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            window.Claim(Key(i), new Delivery());
            window.Commit([Key(i)]);
        }
    }

    private static EventKey Key(int number) => new((UInt128)number * 1_000_003, (ulong)number);

    private DuplicateWindow Open(TempFolder folder, int idsMax)
    {
        DuplicateWindow window = new(new WindowFile(folder.Path), idsMax, TimeSpan.FromHours(1), _time);
        window.Restore();
        return window;
    }
}
