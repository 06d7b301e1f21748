// Campaigns of faults against the real processes: `dotnet run --project tests/LedgerStore.Campaigns -- kill --for 5m`.
// One kind of fault for each file of Faults; the load and the judge are processes of this same program. Main thread.
using LedgerStore.Campaigns;
using LedgerStore.Campaigns.Judging;
using LedgerStore.Campaigns.Load;
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;
using LedgerStore.Campaigns.Sick;

switch (args)
{
    case ["load", .. string[] words]:
        return await LoadProgram.RunAsync(Setting.Parse(words));
    case ["judge", .. string[] words]:
        return await JudgeProgram.RunAsync(Setting.Parse(words));
    case ["disk", { } file, { } image] when File.Exists(image):
        return await DiskProgram.RunAsync(file, image);
    case ["table", .. string[] files]:
        ResultRow[] rows = [.. files.SelectMany(File.ReadLines).Select(ResultRow.Parse)];
        Console.Write(ResultTable.Of(rows) + "\n" + SenderTable.Of(rows));
        return 0;
    case ["quick" or "planted", ..] when Options.Parse(args) is { } options:
        return await (args[0] == "quick" ? Quick.RunAsync(options) : PlantedCampaign.RunAsync(options)) ? 0 : 1;
    case [_, ..] when Options.Parse(args) is { } options && Campaigns.Has(options.Campaign):
        return await Campaigns.RunAsync(options) ? 0 : 1;
    default:
        Console.WriteLine(Options.Usage);
        return 2;
}
