// What the store itself records in _audit, as events.proto has it (test/protos.test.ts compares).
// Constants.
import { bool, bytes, int64, message, type Of, repeated, string, uint32, uint64 } from './codec';
import { Timestamp } from './messages';

export const Access = {
  identity: string(1),
  call: string(2),
  ledger: string(3),
  peer: string(4),
  request_id: string(5),
  first_index: uint64(6),
  count: uint64(7),
  status: string(8),
  repeated_calls: uint64(9),
  since: message(10, Timestamp),
  clauses: repeated(string(11)),
  person: string(12),
};
export const Denials = {
  identity: string(1),
  call: string(2),
  ledger: string(3),
  peer: string(4),
  reason: string(5),
  count: uint64(6),
  since: message(7, Timestamp),
  person: string(8),
};
export const PolicyChange = {
  sha256_before: bytes(1),
  sha256_after: bytes(2),
  difference: string(3),
  accepted: bool(4),
  reason: string(5),
  while_down: bool(6),
};
export const LedgerChange = {
  identity: string(1),
  ledger: string(2),
  change: string(3),
  reason: string(4),
  ledger_id: uint32(5),
  origin: string(6),
  salted: bool(7),
  unix_micros: int64(8),
  fields: string(9),
};
export const RetentionChange = {
  identity: string(1),
  ledger: string(2),
  before: string(3),
  after: string(4),
  reason: string(5),
  policy: bytes(6),
};
export const HoldChange = {
  identity: string(1),
  ledger: string(2),
  id: string(3),
  first_index: uint64(4),
  count: uint64(5),
  reason: string(6),
  released: bool(7),
  placed_unix_micros: int64(8),
};
export const Tombstone = {
  ledger: string(1),
  first_index: uint64(2),
  count: uint64(3),
  root: bytes(4),
  policy: string(5),
  reason: string(6),
  notice: uint64(7),
};
export const ExpiryNotice = { ledger: string(1), first_index: uint64(2), count: uint64(3), policy: string(4) };
export const KeyRotation = {
  identity: string(1),
  vkey_before: string(2),
  vkey_after: string(3),
  statement: bytes(4),
  number: uint32(5),
  scheme: string(6),
};
export const Finding = {
  ledger: string(1),
  first_index: uint64(2),
  count: uint64(3),
  file: string(4),
  offset: uint64(5),
  evidence: string(6),
};
export const Lifecycle = { change: string(1), version: string(2), detail: string(3) };
export const StoreFacts = {
  store_id: string(1),
  public_name: string(2),
  incarnation: string(3),
  created_unix_micros: int64(4),
  adopted: bool(5),
};
export const Event = {
  access: message(1, Access),
  denials: message(2, Denials),
  policy: message(3, PolicyChange),
  ledger: message(4, LedgerChange),
  retention: message(5, RetentionChange),
  hold: message(6, HoldChange),
  tombstone: message(7, Tombstone),
  key: message(8, KeyRotation),
  finding: message(9, Finding),
  lifecycle: message(10, Lifecycle),
  expiry_notice: message(11, ExpiryNotice),
  store: message(12, StoreFacts),
};
export type Event = Of<typeof Event>;
