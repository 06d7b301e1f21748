// One file that the kernel asks this process for, by the protocol of /dev/fuse (version 7): a loop device over it is a
// block device whose every read, write and flush passes through here. One thread serves.
using System.Buffers.Binary;
using LedgerStore.Campaigns.Running;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Campaigns.Sick;

/// <summary>Serves a disk as a file.</summary>
/// <remarks>
/// A request is a header of 40 bytes {length, opcode, unique (8), node (8), user, group, process, padding} and its
/// arguments; an answer is one of 16 {length, error, unique (8)} and its results.
/// </remarks>
internal sealed class FuseFile(SickDisk disk)
{
    private const int WriteBytesMax = 128 * 1024;
    private const int HeaderBytes = 40;
    private const int AnswerBytes = 16;
    private const int ReadWriteArgumentBytes = 40;
    private const int NotImplemented = 38;
    private const int DirectIo = 1;
    private const uint RegularFileOfOwner = 0x8180; // S_IFREG | 0600

    private readonly byte[] _request = new byte[WriteBytesMax + 4096];
    private readonly byte[] _answer = new byte[AnswerBytes + WriteBytesMax];

    private enum Opcode
    {
        Forget = 2,
        GetAttributes = 3,
        SetAttributes = 4,
        Open = 14,
        Read = 15,
        Write = 16,
        StatFileSystem = 17,
        Release = 18,
        Sync = 20,
        Flush = 25,
        Init = 26,
        Access = 34,
        Interrupt = 36,
        Destroy = 38,
        ForgetMany = 42,
    }

    /// <summary>Mounts it over an existing file and serves until it is unmounted.</summary>
    public void Serve(string path, Action onMounted)
    {
        int descriptor = Native.MountFuse(path);
        using FileStream device = new(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite, 0);
        onMounted();
        while (TryRead(device, out int length) && length >= HeaderBytes)
        {
            Opcode opcode = (Opcode)BinaryPrimitives.ReadUInt32LittleEndian(_request.AsSpan(4));
            if (opcode is Opcode.Forget or Opcode.ForgetMany or Opcode.Interrupt)
            {
                continue;
            }

            int result = Answer(opcode, _request.AsSpan(HeaderBytes, length - HeaderBytes));
            int bytes = AnswerBytes + Math.Max(0, result);
            BinaryPrimitives.WriteInt32LittleEndian(_answer, bytes);
            BinaryPrimitives.WriteInt32LittleEndian(_answer.AsSpan(4), Math.Min(0, result));
            _request.AsSpan(8, 8).CopyTo(_answer.AsSpan(8));
            device.Write(_answer, 0, bytes);
        }
    }

    private bool TryRead(FileStream device, out int length)
    {
        try
        {
            length = device.Read(_request);
            return true;
        }
        catch (IOException)
        {
            // It was unmounted.
            length = 0;
            return false;
        }
    }

    /// <returns>Bytes of results behind the answer's header, or an error below zero.</returns>
    private int Answer(Opcode opcode, ReadOnlySpan<byte> arguments)
    {
        Span<byte> results = _answer.AsSpan(AnswerBytes);
        switch (opcode)
        {
            case Opcode.Init:
                return Init(arguments, results);
            case Opcode.GetAttributes or Opcode.SetAttributes:
                return Attributes(results);
            case Opcode.Open:
                results[..16].Clear();
                BinaryPrimitives.WriteInt32LittleEndian(results[8..], DirectIo);
                return 16;
            case Opcode.Read:
                int wanted = BinaryPrimitives.ReadInt32LittleEndian(arguments[16..]);
                return disk.Read(BinaryPrimitives.ReadInt64LittleEndian(arguments[8..]), results[..wanted]);
            case Opcode.Write:
                int count = BinaryPrimitives.ReadInt32LittleEndian(arguments[16..]);
                long offset = BinaryPrimitives.ReadInt64LittleEndian(arguments[8..]);
                int error = disk.Write(offset, arguments.Slice(ReadWriteArgumentBytes, count));
                BinaryPrimitives.WriteInt64LittleEndian(results, count);
                return error < 0 ? error : 8;
            case Opcode.Sync:
                return disk.Sync();
            case Opcode.StatFileSystem:
                results[..80].Clear();
                return 80;
            case Opcode.Release or Opcode.Flush or Opcode.Access or Opcode.Destroy:
                return 0;
            default:
                return -NotImplemented;
        }
    }

    private static int Init(ReadOnlySpan<byte> arguments, Span<byte> results)
    {
        const int Bytes = 64;
        const uint Minor = 31;
        const uint BigWrites = 1 << 5;
        results[..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(results, 7);
        BinaryPrimitives.WriteUInt32LittleEndian(results[4..], Minor);
        arguments.Slice(8, 4).CopyTo(results[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(results[12..], BigWrites);
        BinaryPrimitives.WriteUInt32LittleEndian(results[20..], WriteBytesMax);
        return Bytes;
    }

    private int Attributes(Span<byte> results)
    {
        const int Bytes = 104;
        results[..Bytes].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(results, 1); // valid for a second
        BinaryPrimitives.WriteInt64LittleEndian(results[16..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(results[24..], disk.Length);
        BinaryPrimitives.WriteInt64LittleEndian(results[32..], disk.Length / 512);
        BinaryPrimitives.WriteUInt32LittleEndian(results[76..], RegularFileOfOwner);
        BinaryPrimitives.WriteInt32LittleEndian(results[80..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(results[96..], 4096);
        return Bytes;
    }
}
