// Writes the pieces of a tile's path one after the other.
// A value on the stack of TilePath.Format.
using System.Buffers.Text;

namespace LedgerStore.Proofs;

internal ref struct TilePathWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public void Append(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[Length..]);
        Length += text.Length;
    }

    public void AppendNumber(int number)
    {
        _ = Utf8Formatter.TryFormat(number, _destination[Length..], out int written);
        Length += written;
    }

    /// <summary>Groups of three digits, each after a slash, all but the last with an 'x'.</summary>
    public void AppendIndex(ulong index)
    {
        ulong unit = 1;
        while (index / unit >= 1000)
        {
            unit *= 1000;
        }

        for (; unit > 1; unit /= 1000)
        {
            Append("/x"u8);
            AppendGroup((int)(index / unit % 1000));
        }

        Append("/"u8);
        AppendGroup((int)(index % 1000));
    }

    private void AppendGroup(int group) =>
        Append([(byte)('0' + (group / 100)), (byte)('0' + (group / 10 % 10)), (byte)('0' + (group % 10))]);
}
