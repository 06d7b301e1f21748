// The entries of one ledger that the page has: whole bundles of 256, fetched when they are looked at, each checked
// against the signed tree. Bounded: the bundles that nobody looked at for the longest time go.
// Page thread; the worker computes.
import { signal } from '@preact/signals';
import { type Bytes, concat } from '../verify/bytes';
import { decodeEntry, type Entry, splitBundle } from '../verify/entry';
import type { LeafProof, SignedTree } from '../verify/range';
import { bundleEntries } from '../verify/tree';
import { api } from '../wire/api';
import { verify } from '../worker/client';
import { type LedgerTrust, trustOf, verdictOf } from './trust';
import { failed, unchecked, type Verdict, verified } from './verdict';

const bundlesMax = 400;
const proofsAtOnce = 8;

export interface Row {
  index: number;
  bytes: Bytes | null;
  entry: Entry | null;
  gone: string;
  verdict: Verdict;
}

interface Bundle {
  rows: Row[];
  state: 'loading' | 'here' | 'error';
  error: unknown;
  checkedSize: number;
  isChecking: boolean;
}

export class EntryStore {
  readonly version = signal(0);
  readonly size = signal(0);
  readonly trust: LedgerTrust;
  private readonly bundles = new Map<number, Bundle>();

  constructor(readonly ledger: string) {
    this.trust = trustOf(ledger);
  }

  row(index: number): Row | null {
    const bundle = this.bundles.get(Math.floor(index / bundleEntries));
    return bundle?.rows[index % bundleEntries] ?? null;
  }

  errorAt(index: number): unknown {
    const bundle = this.bundles.get(Math.floor(index / bundleEntries));
    return bundle?.state === 'error' ? bundle.error : null;
  }

  /** The entries that failed, of all that are here: those out of view count too. */
  failures(): Row[] {
    const all: Row[] = [];
    for (const { rows } of this.bundles.values()) all.push(...rows.filter((row) => row.verdict.word === 'failed'));
    return all.sort((a, b) => a.index - b.index);
  }

  /** Has the entries from one index to another fetched and checked; it returns at once. */
  want(first: number, end: number): void {
    for (let b = Math.floor(first / bundleEntries); b * bundleEntries < Math.min(end, this.size.value); b++) {
      const bundle = this.bundles.get(b);
      if (bundle) {
        this.bundles.delete(b);
        this.bundles.set(b, bundle); // it was looked at last
      }
      if (!bundle || (bundle.state === 'here' && this.isBehind(b, bundle))) void this.load(b);
      else void this.check(b);
    }
  }

  async load(b: number): Promise<void> {
    const bundle: Bundle = this.bundles.get(b) ?? {
      rows: [],
      state: 'loading',
      error: null,
      checkedSize: 0,
      isChecking: false,
    };
    bundle.state = 'loading';
    this.bundles.set(b, bundle);
    try {
      const from = b * bundleEntries;
      const rows = await readRows(this.ledger, from, Math.min(bundleEntries, this.size.value - from));
      rows.forEach((row, i) => (bundle.rows[i] = bundle.rows[i]?.verdict.word === 'verified' ? bundle.rows[i] : row));
      bundle.state = 'here';
    } catch (error) {
      bundle.state = 'error';
      bundle.error = error;
    }
    this.trim();
    this.version.value++;
    await this.check(b);
  }

  /** Takes entries that came by following; they are checked when a checkpoint covers them. */
  take(rows: Row[]): void {
    for (const row of rows) {
      const b = Math.floor(row.index / bundleEntries);
      let bundle = this.bundles.get(b);
      // Entries in the middle of a bundle that is not here are fetched with the rest of it, when somebody looks.
      if (!bundle && row.index % bundleEntries !== 0) continue;
      bundle ??= { rows: [], state: 'here', error: null, checkedSize: 0, isChecking: false };
      this.bundles.set(b, bundle);
      if (bundle.rows.length === row.index % bundleEntries) bundle.rows.push(row);
    }
    this.trim();
    this.version.value++;
  }

  /** Checks again whatever a newer checkpoint covers. */
  recheck(): void {
    for (const b of this.bundles.keys()) void this.check(b);
  }

  private isBehind(b: number, bundle: Bundle): boolean {
    return bundle.rows.length < Math.min(bundleEntries, this.size.value - b * bundleEntries);
  }

  private async check(b: number): Promise<void> {
    const bundle = this.bundles.get(b);
    const tree = this.trust.checkpoint.value;
    if (!bundle || bundle.state !== 'here' || bundle.isChecking) return;
    if (!tree) return this.mark(bundle, b, this.trust.verdict.value);
    const covered = Math.min(bundleEntries, tree.size - b * bundleEntries);
    if (covered <= 0 || bundle.checkedSize >= covered || bundle.rows.length < covered) return;
    bundle.isChecking = true;
    try {
      const rows = bundle.rows.slice(0, covered);
      await checkRows(this.ledger, tree, b, rows);
      bundle.checkedSize = covered;
    } catch (error) {
      this.mark(bundle, b, verdictOf(error));
    } finally {
      bundle.isChecking = false;
      this.version.value++;
    }
  }

  private mark(bundle: Bundle, _b: number, verdict: Verdict): void {
    const word = verdict.word === 'verified' ? unchecked('not signed yet: the next checkpoint covers it') : verdict;
    for (const row of bundle.rows) {
      if (row.verdict.word === 'unchecked' && !row.gone) row.verdict = word;
    }
    this.version.value++;
  }

  private trim(): void {
    for (const b of this.bundles.keys()) {
      if (this.bundles.size <= bundlesMax) return;
      this.bundles.delete(b);
    }
  }
}

const leftOut = 'the server left it out';
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

const without = (index: number, gone: string): Row => ({
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
    for (let index = Math.max(from, lost.first_index); index < end; index++) add(without(index, why));
  }
  for (let i = 0; i < count; i++) rows[i] ??= without(from + i, leftOut);
  return rows;
}

async function checkRows(ledger: string, tree: SignedTree, b: number, rows: Row[]): Promise<void> {
  const first = b * bundleEntries;
  if (rows.some((row) => row.bytes === null)) return checkEach(ledger, tree, rows);
  const bundle = bundleOf(rows);
  const { hashes } = await api.inclusion({ ledger, index: first, size: tree.size });
  if (await verify('bundle', tree, b, bundle, hashes)) {
    for (const row of rows) {
      if (row.entry) row.verdict = verified(`in the tree of ${tree.size.toLocaleString()} entries that was signed`);
    }
    return;
  }
  await nameCulprits(ledger, tree, first, rows, bundle);
}

async function nameCulprits(
  ledger: string,
  tree: SignedTree,
  first: number,
  rows: Row[],
  bundle: Bytes,
): Promise<void> {
  const proofs = await proofsOf(
    ledger,
    tree,
    rows.filter((row) => row.index % 2 === 0).map((row) => row.index),
  );
  const { changed, unproven } = await verify('culprits', tree, first, bundle, proofs);
  const last = first + rows.length - 1;
  for (const row of rows) {
    if (changed.includes(row.index)) row.verdict = failed(`entry ${row.index} is not what was signed: it was changed`);
    else if (!unproven.includes(row.index)) row.verdict = verified('its own proof leads to the signed tree');
    else
      row.verdict = failed(
        `entries ${first} to ${last} are not those that were signed, and the proofs that would ` +
          'tell which ones do not verify either',
      );
  }
}

async function checkEach(ledger: string, tree: SignedTree, rows: Row[]): Promise<void> {
  for (const row of rows) {
    if (row.gone === leftOut)
      row.verdict = failed(`entry ${row.index} is in the signed tree, and the server left it out`);
  }
  const there = rows.filter((row) => row.bytes !== null);
  const proofs = await proofsOf(
    ledger,
    tree,
    there.map((row) => row.index),
  );
  for (const [i, row] of there.entries()) {
    const isThere = await verify('entry', tree, row.index, row.bytes!, proofs[i].hashes);
    row.verdict = isThere
      ? verified('its own proof leads to the signed tree')
      : failed(`entry ${row.index} is not what was signed`);
  }
}

async function proofsOf(ledger: string, tree: SignedTree, indexes: number[]): Promise<LeafProof[]> {
  const proofs: LeafProof[] = [];
  for (let at = 0; at < indexes.length; at += proofsAtOnce) {
    const some = indexes.slice(at, at + proofsAtOnce);
    proofs.push(
      ...(await Promise.all(
        some.map(async (index) => {
          const { leaf_hash: leaf, hashes } = await api.inclusion({ ledger, index, size: tree.size });
          return { index, leaf, hashes };
        }),
      )),
    );
  }
  return proofs;
}

export function bundleOf(rows: Row[]): Bytes {
  return concat(...rows.flatMap(({ bytes }) => [Uint8Array.of(bytes!.length >> 8, bytes!.length & 255), bytes!]));
}

const stores = new Map<string, EntryStore>();

export function entriesOf(ledger: string): EntryStore {
  let one = stores.get(ledger);
  if (!one) stores.set(ledger, (one = new EntryStore(ledger)));
  return one;
}
