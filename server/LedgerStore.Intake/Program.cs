// The intake's entry. Main thread.
using LedgerStore.Intake.Hosting;

return await IntakeProgram.RunAsync(args, Console.Out, Console.Error, TimeProvider.System).ConfigureAwait(false);
