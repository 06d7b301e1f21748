// The entry of `ledger`. Main thread.
using LedgerStore.Cli;

using CliHost host = CliHost.OfProcess();
return await LedgerCommand.RunAsync(args, host).ConfigureAwait(false);
