// A file that another program appends to: every line once, over restarts, rotations and cuts.

using LedgerStore.Client;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class FileIntakeTests
{
    private const string Configuration = """
        sources:
          app: { kind: file, ledger: demo, file: audit.log, profile: vault }

        """;

    [Fact]
    public async Task Lines_are_stored_once_over_restarts()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        await AppendAsync(intake, "{\"n\":0}\n{\"n\":1}\nno json\n{\"n\":");
        List<IntakeRecord> records = await WaitAsync(intake, 3);
        await intake.RestartAsync(Configuration);
        await AppendAsync(intake, "2}\n");
        records = await WaitAsync(intake, 4);
        Assert.Equal(["{\"n\":0}", "{\"n\":1}", "no json", "{\"n\":2}"], records.Select(RunningIntake.TextOf));
        Assert.Equal([IntakeForm.Json, IntakeForm.Text], records[1..3].Select(each => each.Form));
        Assert.Equal("audit.log", records[0].Address);
        Assert.Equal(4, records.Select(each => each.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_place_that_was_not_written_down_stores_nothing_twice()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        await AppendAsync(intake, "a\n");
        await WaitAsync(intake, 1);
        string place = Path.Combine(intake.Folder.Path, "state", "app", "position");
        await intake.Intake.DisposeAsync();
        byte[] before = await File.ReadAllBytesAsync(place);
        await AppendAsync(intake, "b\nc\n");
        await intake.RestartAsync(Configuration);
        await WaitAsync(intake, 3);
        await intake.Intake.DisposeAsync();

        // As a crash leaves it: stored, and not written down.
        await File.WriteAllBytesAsync(place, before);
        await intake.RestartAsync(Configuration);
        await AppendAsync(intake, "d\n");
        Assert.Equal(["a", "b", "c", "d"], (await WaitAsync(intake, 4)).Select(RunningIntake.TextOf));
        Assert.Equal(2, intake.Counters.Duplicate);
    }

    [Fact]
    public async Task A_file_that_is_moved_away_is_read_to_its_end()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        string file = intake.Folder.File("audit.log");
        await AppendAsync(intake, "1\n");
        await WaitAsync(intake, 1);
        await File.AppendAllTextAsync(file, "2\n");
        File.Move(file, file + ".1");
        await File.AppendAllTextAsync(file + ".1", "3\nthe last one");
        await AppendAsync(intake, "4\n");
        Assert.Equal(["1", "2", "3", "the last one", "4"], (await WaitAsync(intake, 5)).Select(RunningIntake.TextOf));
    }

    [Fact]
    public async Task A_file_that_is_cut_is_read_anew()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        string file = intake.Folder.File("audit.log");
        await AppendAsync(intake, "a long line before the cut\n");
        await WaitAsync(intake, 1);
        await File.WriteAllTextAsync(file, "");
        await AppendAsync(intake, "x\n");
        Assert.Equal(
            ["a long line before the cut", "x"], (await WaitAsync(intake, 2)).Select(RunningIntake.TextOf));
    }

    [Fact]
    public async Task A_damaged_place_is_told_and_nothing_is_guessed()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        await AppendAsync(intake, "a\n");
        await WaitAsync(intake, 1);
        await intake.Intake.DisposeAsync();
        string place = Path.Combine(intake.Folder.Path, "state", "app", "position");
        string text = await File.ReadAllTextAsync(place);
        await File.WriteAllTextAsync(place, "9" + text);
        IOException refused = await Assert.ThrowsAsync<IOException>(
            () => intake.RestartAsync(Configuration));
        Assert.Contains("is damaged", refused.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(place, text);
        await intake.RestartAsync(Configuration);
    }

    private static Task AppendAsync(RunningIntake intake, string text) =>
        File.AppendAllTextAsync(intake.Folder.File("audit.log"), text);

    private static async Task<List<IntakeRecord>> WaitAsync(RunningIntake intake, int count)
    {
        while (true)
        {
            List<IntakeRecord> records = await intake.RecordsAsync();
            if (records.Count >= count)
            {
                return records;
            }

            await Task.Delay(20);
        }
    }
}
