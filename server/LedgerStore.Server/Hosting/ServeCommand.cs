// `serve`: a server in earnest, from server.yaml and the environment. What is unsafe is refused with the reason.
// Runs on the main thread until a signal comes.
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Hosting;

/// <summary>The server for real use.</summary>
internal static class ServeCommand
{
    public static Task<int> RunAsync(CommandLine line, TextWriter output, TextWriter errors, TimeProvider time)
    {
        ServerConfig config = ServerConfig.Load(line.Get("--config"), ServerConfig.ProcessEnvironment());
        foreach (string warning in config.Warnings)
        {
            errors.WriteLine($"warning: {warning}");
        }

        return ServerRun.RunAsync(
            config,
            ServeMode.Serve,
            StoreAccesses.Of(line),
            time,
            static _ => { },
            (server, _) => output.WriteLineAsync($"ready {server.Address.Scheme}://{server.Address.Authority}"),
            warning => errors.WriteLine($"warning: {warning}"));
    }
}
