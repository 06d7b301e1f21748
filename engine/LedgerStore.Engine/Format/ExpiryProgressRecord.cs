// The record EXPIRY_PROGRESS of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>Entries up to the end were found due, and since then the store has run for so long.</summary>
/// <param name="End">0: nothing is due.</param>
/// <param name="SteadyMicros">Steady time, in which a step of the clock does not show; what passes while the store is
/// closed does not count.</param>
internal sealed record ExpiryProgressRecord(long End, long SteadyMicros)
{
    public const int EncodedBytes = 16;

    public byte[] Encode()
    {
        byte[] body = new byte[EncodedBytes];
        RecordBodyWriter writer = new(body);
        writer.WriteI64(End);
        writer.WriteI64(SteadyMicros);
        return body;
    }

    public static ExpiryProgressRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        ExpiryProgressRecord record = new(reader.ReadI64(), reader.ReadI64());
        reader.End();
        return record;
    }
}
