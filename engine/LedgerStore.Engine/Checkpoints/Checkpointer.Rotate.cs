// The checkpointer's part of a key rotation. On the checkpointer's thread.
namespace LedgerStore.Engine.Checkpoints;

internal sealed partial class Checkpointer
{
    private static bool IsRotating => false;
}
