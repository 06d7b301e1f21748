// The kinds of fields that records are made of, as FORMAT.md draws them. Constants.

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>How a field is stored. Integers are little-endian.</summary>
internal enum FieldKind
{
    U8,
    U16,
    U32,
    I64,

    /// <summary>Bytes behind a u16 length.</summary>
    Text,

    /// <summary>16 bytes.</summary>
    Id,

    /// <summary>32 bytes: a hash or a public key.</summary>
    Hash,

    /// <summary>Bytes behind a u32 length.</summary>
    Note,

    /// <summary>Everything up to the end of the record.</summary>
    Rest,

    /// <summary>A u32 count, and so many answers to batches.</summary>
    Answers,
}

/// <summary>A field of a record's shape.</summary>
internal readonly record struct Field(string Name, FieldKind Kind);

/// <summary>A field in the bytes of one record, its length prefix included.</summary>
internal readonly record struct FieldPlace(string Name, FieldKind Kind, int Offset, int Length);
