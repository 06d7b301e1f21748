// The records of a ledger's state.log. Pure: spans to structs and back. Any thread. Names: u16 length, then UTF-8.
//
//   1 SEALED      u64 segment | u32 generation | u64 file bytes | i64 first micros | i64 last micros | root 32 B
//   2 FLUSHED     u64 size | u64 open segment | u32 open generation | i64 last micros             the newest counts
//   3 PRODUCER    name identity | name producer | u64 last sequence | u32 n | n x answer 44 B     the newest counts
//   4 CHECKPOINT  u64 size | root 32 B | the signed note, to the end of the record
//  16 TIER        u64 segment | u32 generation | u8 tier | u64 file bytes | u64 cold bytes | name place
//                                                                        the newest of SEALED and TIER counts
//  17 TOMBSTONE   u64 first | u64 count | u64 index in _audit | i64 micros | name reason
//  18 HOLD        name id | u64 first | u64 count | i64 placed | i64 released | name by | name reason
//                                                                        the newest of an id counts
//  19 EXPIRY      u64 end | u64 steady micros                            the newest counts
//  20 EXPIRING    u64 first | u64 count | u64 size of _audit                the newest counts; a TOMBSTONE ends it
//  21 NOTICE      u64 first | u64 count | u64 index in _audit               count 0 ends all before it
//
// Numbers are never negative as i64.

namespace LedgerStore.Engine.Format;

/// <summary>What a record of a state.log says.</summary>
internal enum StateRecordType : ushort
{
    Sealed = 1,
    Flushed = 2,
    Producer = 3,
    Checkpoint = 4,
    Tier = 16,
    Tombstone = 17,
    Hold = 18,
    ExpiryProgress = 19,
    Expiring = 20,
    Notice = 21,
}
