// The API's messages that the page uses: names and numbers are those of ledgerstore.proto (test/protos.test.ts
// compares). Only calls that read are here; the page can change nothing.
// Constants.
import {
  bool,
  bytes,
  double,
  enumeration,
  int32,
  int64,
  message,
  type Of,
  repeated,
  string,
  uint32,
  uint64,
} from './codec';

export const Timestamp = { seconds: int64(1), nanos: int32(2) };
export const Duration = { seconds: int64(1), nanos: int32(2) };

export const ReadRequest = {
  ledger: string(1),
  index: uint64(2),
  time: message(3, Timestamp),
  from_end: uint64(6),
  until: message(7, Timestamp),
  limit: uint64(4),
  follow: bool(5),
};
export const Entries = { first_index: uint64(1), count: uint32(2), bundle: bytes(3) };
export const CaughtUp = { size: uint64(1) };
export const Heartbeat = { size: uint64(1), time: message(2, Timestamp) };
export const Expired = { first_index: uint64(1), count: uint64(2), root: bytes(3), tombstone: uint64(4) };
export const Unreadable = { first_index: uint64(1), count: uint64(2), cause: enumeration(3), reason: string(4) };
export const ReadResponse = {
  entries: message(1, Entries),
  caught_up: message(2, CaughtUp),
  heartbeat: message(3, Heartbeat),
  expired: message(4, Expired),
  unreadable: message(5, Unreadable),
};

export const GetFieldsRequest = { ledger: string(1) };
export const FieldsInfo = { spec: string(1), index_ledger: string(2), indexed: uint64(3), complete: uint64(4) };
export const SearchRequest = {
  ledger: string(1),
  index_ledger: string(2),
  clauses: repeated(string(3)),
  first: uint64(4),
  end: uint64(5),
  newest_first: bool(6),
  size: uint64(7),
  index_size: uint64(8),
  audit_size: uint64(9),
};
export const SearchHead = { first: uint64(1), end: uint64(2) };
export const SearchedSegment = {
  segment: uint64(1),
  statement: bytes(2),
  statement_path: repeated(bytes(3)),
  segment_path: repeated(bytes(4)),
  key: bytes(5),
};
export const SearchedPage = { field: uint32(1), page: uint32(2), content: bytes(3), path: repeated(bytes(4)) };
export const SearchedBundle = { bundle: uint64(1), entries: bytes(2), has_more: bool(3), path: repeated(bytes(4)) };
export const SearchedExpired = {
  first: uint64(1),
  count: uint64(2),
  tombstone: uint64(3),
  entry: bytes(4),
  path: repeated(bytes(5)),
};
export const SearchedUnreadable = { first: uint64(1), count: uint64(2), reason: string(3) };
export const SearchResponse = {
  head: message(1, SearchHead),
  segment: message(2, SearchedSegment),
  page: message(3, SearchedPage),
  bundle: message(4, SearchedBundle),
  expired: message(5, SearchedExpired),
  unreadable: message(6, SearchedUnreadable),
};

export const GetCheckpointRequest = { ledger: string(1), size: uint64(2) };
export const Checkpoint = { note: bytes(1), size: uint64(2), root: bytes(3) };
export const GetInclusionProofRequest = { ledger: string(1), index: uint64(2), size: uint64(3) };
export const InclusionProof = { index: uint64(1), size: uint64(2), leaf_hash: bytes(3), hashes: repeated(bytes(4)) };
export const GetConsistencyProofRequest = { ledger: string(1), from: uint64(2), to: uint64(3) };
export const ConsistencyProof = { from: uint64(1), to: uint64(2), hashes: repeated(bytes(3)) };
export const GetLogKeysRequest = { ledger: string(1) };
export const LogKey = { vkey: string(1), first_size: uint64(2), last_size: uint64(3), statement: bytes(4) };
export const LogKeys = { keys: repeated(message(1, LogKey)) };

export const Retention = {
  warm_after: message(1, Duration),
  cold_after: message(2, Duration),
  expire_after: message(3, Duration),
  expire_beyond_bytes: uint64(4),
  floor: message(5, Duration),
  fill_after: message(6, Duration),
};
export const Hold = {
  id: string(1),
  ledger: string(2),
  first_index: uint64(3),
  count: uint64(4),
  reason: string(5),
  placed_by: string(6),
  placed: message(7, Timestamp),
  released: message(8, Timestamp),
};
export const TierUsage = {
  tier: string(1),
  segments: uint64(2),
  entries: uint64(3),
  stored_bytes: uint64(4),
  raw_bytes: uint64(5),
  oldest: message(6, Timestamp),
};
export const LedgerInfo = {
  ledger: string(1),
  origin: string(2),
  vkeys: repeated(string(3)),
  created: message(4, Timestamp),
  size: uint64(5),
  checkpointed_size: uint64(6),
  first_readable: uint64(7),
  retention: message(8, Retention),
  holds: repeated(message(9, Hold)),
  tiers: repeated(message(10, TierUsage)),
  state: enumeration(11),
  salted: bool(12),
  damage: string(13),
  fields: string(14),
};
export const ListLedgersRequest = { prefix: string(1), page_size: uint32(2), page_token: string(3) };
export const ListLedgersResponse = { ledgers: repeated(message(1, LedgerInfo)), next_page_token: string(2) };
export const DescribeLedgerRequest = { ledger: string(1) };

export const GetStatusRequest = { with_history: bool(1) };
export const Limits = {
  entry_bytes: uint32(1),
  payload_bytes: uint32(2),
  batch_bytes: uint32(3),
  batch_records: uint32(4),
};
export const LedgerProblem = { ledger: string(1), first_index: uint64(2), count: uint64(3), reason: string(4) };
export const Tiering = {
  rounds: uint64(1),
  segments_recompressed: uint64(2),
  segments_moved: uint64(3),
  entries_expired: uint64(4),
  entries_filled: uint64(5),
  failures: uint64(6),
  bytes: uint64(7),
  last_failure: string(8),
  next_expiry: message(9, Timestamp),
};
export const DiskUsage = {
  is_full: bool(1),
  bytes_to_free: uint64(2),
  full_since: message(3, Timestamp),
  free_bytes: uint64(4),
  reserve_bytes: uint64(5),
  audit_bytes: uint64(6),
};
export const AnchorState = { behind: message(1, Duration), failure: string(2) };
export const Moment = {
  time: message(1, Timestamp),
  entries: uint64(2),
  unsigned_entries: uint64(3),
  stored_bytes: uint64(4),
  free_bytes: uint64(5),
};
export const Status = {
  state: enumeration(1),
  reason: string(2),
  version: string(3),
  started: message(4, Timestamp),
  ledgers: uint64(5),
  entries: uint64(6),
  stored_bytes: uint64(7),
  recovery_progress: double(8),
  problems: repeated(message(9, LedgerProblem)),
  limits: message(10, Limits),
  disk_full_in: message(11, Duration),
  tiers: repeated(message(12, TierUsage)),
  tiering: message(13, Tiering),
  disk: message(14, DiskUsage),
  anchor: message(15, AnchorState),
  history: repeated(message(16, Moment)),
};
export const PlanRetentionRequest = { ledger: string(1) };
export const PlannedMove = {
  first_index: uint64(1),
  count: uint64(2),
  from_tier: string(3),
  to_tier: string(4),
  due: message(5, Timestamp),
  stored_bytes: uint64(6),
  held_by: string(7),
};
export const PlanRetentionResponse = { moves: repeated(message(1, PlannedMove)) };

export type LedgerInfo = Of<typeof LedgerInfo>;
export type TierUsage = Of<typeof TierUsage>;
export type Hold = Of<typeof Hold>;
export type Status = Of<typeof Status>;
export type FieldsInfo = Of<typeof FieldsInfo>;
export type Retention = Of<typeof Retention>;
export type PlannedMove = Of<typeof PlannedMove>;
