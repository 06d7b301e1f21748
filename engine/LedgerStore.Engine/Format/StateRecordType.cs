// The records of a ledger's state.log. Pure: spans to structs and back. Any thread. Names: u16 length, then UTF-8.
//
//   1 SEALED      u64 segment | u32 generation | u64 file bytes | i64 first micros | i64 last micros | root 32 B
//   2 FLUSHED     u64 size | u64 open segment | u32 open generation | i64 last micros             the newest counts
//   3 PRODUCER    name identity | name producer | u64 last sequence | u32 n | n x answer 44 B     the newest counts
//   4 CHECKPOINT  u64 size | root 32 B | the signed note, to the end of the record
//
// Types from 16 on are for tiering and expiry. Numbers are never negative as i64.

namespace LedgerStore.Engine.Format;

/// <summary>What a record of a state.log says.</summary>
internal enum StateRecordType : ushort
{
    Sealed = 1,
    Flushed = 2,
    Producer = 3,
    Checkpoint = 4,
}
