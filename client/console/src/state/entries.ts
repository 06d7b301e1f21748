// The entries of one ledger that the page has: whole bundles of 256, fetched when they are looked at, each checked
// against the signed tree. Bounded: the bundles that nobody looked at for the longest time go.
// Page thread; the worker computes.
import { signal } from '@preact/signals';
import { bundleEntries } from '../verify/tree';
import { type LedgerTrust, trustOf, verdictOf } from './trust';
import { unchecked, type Verdict } from './verdict';
import { checkRows } from './checking';
import { readRows, type Row } from './rows';

const bundlesMax = 400;

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
    if (!tree) return this.mark(bundle, this.trust.verdict.value);
    const covered = Math.min(bundleEntries, tree.size - b * bundleEntries);
    if (covered <= 0 || bundle.checkedSize >= covered || bundle.rows.length < covered) return;
    bundle.isChecking = true;
    try {
      const rows = bundle.rows.slice(0, covered);
      await checkRows(this.ledger, tree, b, rows);
      bundle.checkedSize = covered;
    } catch (error) {
      this.mark(bundle, verdictOf(error));
    } finally {
      bundle.isChecking = false;
      this.version.value++;
    }
  }

  private mark(bundle: Bundle, verdict: Verdict): void {
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

const stores = new Map<string, EntryStore>();

export function entriesOf(ledger: string): EntryStore {
  let one = stores.get(ledger);
  if (!one) stores.set(ledger, (one = new EntryStore(ledger)));
  return one;
}
