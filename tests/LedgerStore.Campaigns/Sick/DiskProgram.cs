// The process that is a disk: it mounts its file, says so, and obeys the orders on its standard input until that ends.
namespace LedgerStore.Campaigns.Sick;

/// <summary>`disk`.</summary>
internal static class DiskProgram
{
    public const string Mounted = "mounted";

    public static async Task<int> RunAsync(string file, string image)
    {
        using SickDisk disk = new(image);
        Thread serving = new(() => new FuseFile(disk).Serve(file, static () => Console.WriteLine(Mounted)))
        {
            IsBackground = true,
        };
        serving.Start();
        while (await Console.In.ReadLineAsync() is { } order)
        {
            disk.Obey(order);
            Console.WriteLine(order);
        }

        return 0;
    }
}
