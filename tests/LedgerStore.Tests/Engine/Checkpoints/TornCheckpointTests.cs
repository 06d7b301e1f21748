// The last frame of the journal holds a checkpoint, and a power cut leaves its text and not its header. A start shows
// what was signed; from then on nothing may take it away again.

using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class TornCheckpointTests
{
    private const string Journal = "/data/journal";
    private const int PageBytes = 4096;

    private static ReadOnlySpan<byte> Text => "payments\n150\n"u8;

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SigningModel _model = new();
    private SimulatedFileSystem _disk = SignedLife.NewDisk(new SimulatedOptions());

    [Fact]
    public void What_a_start_took_from_a_torn_frame_is_in_the_files_before_that_frame_goes()
    {
        using (SignedLife first = Open(1))
        {
            first.Append("payments", 100);
            first.TurnAll();
            first.Append("payments", 50);
            first.Pass(2000);
            while (first.Turn(first.Core.RunSequencer) | first.Turn(first.Core.RunBundler)
                | first.Turn(first.Core.RunCheckpointer))
            {
            }

            Assert.Equal(150, Newest(first));
        }

        _disk = _disk.Crash(new KeepAll());
        TearFrames();
        using (SignedLife second = Open(2))
        {
            Assert.Equal(150, Newest(second));
        }

        _disk = _disk.Crash(new LoseAll());
        ForgetAllBut("state.log");
        using SignedLife third = Open(3);
        Assert.Equal(150, Newest(third));
    }

    private static long? Newest(SignedLife life) =>
        life.Core.Ledgers.Get(life.Core.Catalog.Find("payments")!.Id).Newest?.Size;

    private SignedLife Open(ulong seed) => SignedLife.Open(_disk, _model, _time, seed);

    /// <summary>The frame with the checkpoint, and what is behind it, lose the sectors of their headers.</summary>
    private void TearFrames()
    {
        string path = Assert.Single(
            _disk.List(Journal).Select(static name => $"{Journal}/{name}"), path => Find(path) >= 0);
        int length = _disk.ReadAll(path).Length;
        for (int page = Find(path) & -PageBytes; page < length; page += PageBytes)
        {
            _disk.Overwrite(path, page, new byte[64]);
        }
    }

    /// <summary>Files that are written again lose what they held.</summary>
    private void ForgetAllBut(string name)
    {
        foreach (string path in _disk.AllFiles("/").Where(path => !path.EndsWith(name, StringComparison.Ordinal)))
        {
            for (int at = Find(path); at >= 0; at = Find(path))
            {
                _disk.Overwrite(path, at, new byte[Text.Length]);
            }
        }
    }

    private int Find(string path) => _disk.ReadAll(path).AsSpan().IndexOf(Text);
}
