// What an event is known by: its sender and id, and what it says. Computed values; any thread.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Delivering;

/// <param name="Name">Of sender and id: nobody can take away another sender's events by using their ids first.</param>
/// <param name="Content">Of the bytes: the same id with other bytes is another event.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EventKey(UInt128 Name, ulong Content)
{
    /// <summary>Null: the event has no id, so nothing says that it came before.</summary>
    public static EventKey? Of(Provenance from, in ParsedEvent what)
    {
        if (what.Id is not { Length: > 0 } id)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(what.Body.Span, hash);
        ulong content = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        SHA256.HashData(Encoding.UTF8.GetBytes($"{from.Sender}\0{id}"), hash);
        return new EventKey(BinaryPrimitives.ReadUInt128LittleEndian(hash), content);
    }

    /// <summary>The key of an event whose id belongs to another one already.</summary>
    public EventKey Renamed() => this with { Name = Name ^ new UInt128(Content, ~Content) };
}
