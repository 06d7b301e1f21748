// The server's entry. Main thread.
using LedgerStore.Server.Hosting;

return await ProgramCommands.RunAsync(args, Console.Out, Console.Error, TimeProvider.System).ConfigureAwait(false);
