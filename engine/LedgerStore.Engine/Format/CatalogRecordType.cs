// The records of the catalog. Pure: spans to structs and back. Any thread. Texts: u16 length, then UTF-8.
//
//   1 CREATED    u32 id | i64 created micros | u32 flags (1 = salted) | text name | text origin
//   2 FROZEN     u32 id | i64 micros | text reason
//   3 RETENTION  u32 id | the policy, to the end of the record: opaque here; the newest counts
//   4 SAID       u32 id | u32 type of the record it is about | u64 index in _audit
//                                                    the newest record of that type of this ledger is said there
//   5 SETTLED    u64 size of _audit                  every change that _audit says before is in the files
//   6 FACTS      u64 index in _audit                 who the store is, is said there

namespace LedgerStore.Engine.Format;

/// <summary>What a record of the catalog says.</summary>
internal enum CatalogRecordType : ushort
{
    Created = 1,
    Frozen = 2,
    Retention = 3,
    Said = 4,
    Settled = 5,
    Facts = 6,
}
