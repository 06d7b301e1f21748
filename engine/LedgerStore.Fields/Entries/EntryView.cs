// Reads one entry back: spans over its bytes, nothing copied. Strict: it accepts exactly what EntryBuilder writes,
// so that an entry has one encoding only and a changed byte cannot hide in another one. Pure: any thread.

using System.Buffers.Binary;
using System.Text.Unicode;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>The fields of one entry.</summary>
internal ref struct EntryView
{
    public long ReceivedMicros { get; private set; }

    public ReadOnlySpan<byte> Appender { get; private set; }

    /// <summary>Empty when the record was appended without a producer.</summary>
    public ReadOnlySpan<byte> Producer { get; private set; }

    /// <summary>0 without a producer.</summary>
    public long Sequence { get; private set; }

    public ReadOnlySpan<byte> ContentType { get; private set; }

    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>16 bytes in a salted ledger, else none.</summary>
    public ReadOnlySpan<byte> Salt { get; private set; }

    /// <summary>Parses an entry (without the u16 length before it).</summary>
    /// <exception cref="MalformedDataException">What is wrong, and at which byte.</exception>
    public static EntryView Parse(ReadOnlySpan<byte> entry)
    {
        var parser = new Parser(entry);
        EntryView view = Read(ref parser);
        return parser.Error is null
            ? view
            : throw new MalformedDataException("not an entry: " + parser.Error, parser.Offset);
    }

    /// <summary>Parses an entry; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> entry, out EntryView view)
    {
        var parser = new Parser(entry);
        view = Read(ref parser);
        return parser.Error is null;
    }

    private static EntryView Read(scoped ref Parser parser)
    {
        parser.CheckLength();
        var view = new EntryView
        {
            ReceivedMicros = parser.ReadTime(),
            Appender = parser.ReadText(EntryFields.AppenderTag, EntryBounds.AppenderBytesMax),
            Producer = parser.ReadText(EntryFields.ProducerTag, EntryBounds.ProducerBytesMax),
            Sequence = parser.ReadSequence(),
            ContentType = parser.ReadText(EntryFields.ContentTypeTag, EntryBounds.ContentTypeBytesMax),
            Payload = parser.ReadBytes(EntryFields.PayloadTag, EntryBounds.PayloadBytesMax),
            Salt = parser.ReadBytes(EntryFields.SaltTag, EntryBounds.SaltBytes),
        };
        parser.CheckEnd();
        if ((view.Producer.Length > 0) != (view.Sequence > 0))
        {
            parser.Fail("producer and sequence go together");
        }

        if (view.Salt.Length is not (0 or EntryBounds.SaltBytes))
        {
            parser.Fail("its salt is not 16 bytes");
        }

        return parser.Error is null ? view : default;
    }

    // After the first error nothing is read any more: every read returns nothing, and Offset stays where it happened.
    private ref struct Parser(ReadOnlySpan<byte> entry)
    {
        private readonly int _length = entry.Length;
        private ReadOnlySpan<byte> _rest = entry;

        public string? Error { get; private set; }

        public int Offset { get; private set; }

        public void Fail(string error)
        {
            if (Error is null)
            {
                Error = error;
                Offset = _length - _rest.Length;
                _rest = default;
            }
        }

        public void CheckLength()
        {
            if (_length > EntryBounds.EntryBytesMax)
            {
                Fail("it is longer than 65,535 bytes");
            }
        }

        public void CheckEnd()
        {
            if (!_rest.IsEmpty)
            {
                Fail("a field is unknown, repeated or out of order");
            }
        }

        public long ReadTime()
        {
            if (_rest.Length < EntryFields.TimeBytes || _rest[0] != EntryFields.TimeTag)
            {
                Fail("it does not begin with its time");
                return 0;
            }

            long micros = BinaryPrimitives.ReadInt64LittleEndian(_rest[1..]);
            if (micros < 0)
            {
                Fail("its time is out of range");
                return 0;
            }

            _rest = _rest[EntryFields.TimeBytes..];
            return micros;
        }

        public ReadOnlySpan<byte> ReadText(byte tag, int bytesMax)
        {
            ReadOnlySpan<byte> text = ReadBytes(tag, bytesMax);
            if (Utf8.IsValid(text))
            {
                return text;
            }

            Fail("a text is not UTF-8");
            return default;
        }

        // A field that is not there is empty; one that is there must not be.
        public ReadOnlySpan<byte> ReadBytes(byte tag, int bytesMax)
        {
            if (_rest.IsEmpty || _rest[0] != tag)
            {
                return default;
            }

            _rest = _rest[1..];
            ulong length = ReadVarint();
            if (length == 0 || length > (ulong)bytesMax || length > (ulong)_rest.Length)
            {
                Fail("the length of a field is out of range");
                return default;
            }

            ReadOnlySpan<byte> value = _rest[..(int)length];
            _rest = _rest[(int)length..];
            return value;
        }

        public long ReadSequence()
        {
            if (_rest.IsEmpty || _rest[0] != EntryFields.SequenceTag)
            {
                return 0;
            }

            _rest = _rest[1..];
            ulong sequence = ReadVarint();
            if (sequence is 0 or > long.MaxValue)
            {
                Fail("its sequence is out of range");
                return 0;
            }

            return (long)sequence;
        }

        // Nine bytes hold every number an entry can have. 0 for what is not a minimal varint: no field may be 0.
        private ulong ReadVarint()
        {
            ulong value = 0;
            for (int i = 0; i < Math.Min(_rest.Length, 9); i++)
            {
                byte b = _rest[i];
                value |= (ulong)(b & 0x7F) << (7 * i);
                if (b >= 0x80)
                {
                    continue;
                }

                if (b == 0)
                {
                    return 0;
                }

                _rest = _rest[(i + 1)..];
                return value;
            }

            return 0;
        }
    }
}
