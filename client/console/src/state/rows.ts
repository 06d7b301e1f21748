// Entries as rows: one for each index, whatever became of it. What the server says of an entry that it does not deliver is
// kept beside it until it is checked.
// Page thread.
import type { Bytes } from '../verify/bytes';
import { decodeEntry, type Entry, splitBundle } from '../verify/entry';
import { api } from '../wire/api';
import { joined } from './scan';
import { failed, unchecked, type Verdict } from './verdict';

export interface Row {
  index: number;
  bytes: Bytes | null;
  entry: Entry | null;
  gone: string;
  /** Of what expired: the entry of _audit that the server names. */
  tombstone?: number;
  verdict: Verdict;
}

export const leftOut = 'the server left it out';
const notYet = unchecked('not signed yet: the next checkpoint covers it');

export function rowsOf(first: number, bundle: Uint8Array): Row[] {
  return splitBundle(bundle).map((bytes, i) => {
    try {
      return { index: first + i, bytes, entry: decodeEntry(bytes), gone: '', verdict: notYet };
    } catch (error) {
      return { index: first + i, bytes, entry: null, gone: '', verdict: failed((error as Error).message) };
    }
  });
}

const without = (index: number, gone: string, tombstone = -1): Row => ({
  tombstone,
  index,
  bytes: null,
  entry: null,
  gone,
  verdict: unchecked(gone),
});

/** Entries of a range, one row each, whatever became of them. */
export async function readRows(ledger: string, from: number, count: number, signal?: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (row: Row): void => {
    if (row.index >= from && row.index < from + count) rows[row.index - from] = row;
  };
  for await (const { entries, expired, unreadable } of api.read({ ledger, index: from, limit: count }, signal)) {
    if (entries) rowsOf(entries.first_index, entries.bundle).forEach(add);
    const lost = expired ?? unreadable;
    if (!lost) continue;
    const why = expired
      ? `expired by policy; its tombstone is entry ${expired.tombstone} of _audit`
      : `cannot be read: ${unreadable!.reason}`;
    const end = Math.min(lost.first_index + lost.count, from + count);
    for (let index = Math.max(from, lost.first_index); index < end; index++)
      add(without(index, why, expired?.tombstone));
  }
  for (let i = 0; i < count; i++) rows[i] ??= without(from + i, leftOut);
  return rows;
}

export function bundleOf(rows: Row[]): Bytes {
  return joined(rows.map(({ bytes }) => bytes!));
}
