// The last entries of a ledger that are read and checked as a whole: the store's own record for the access review,
// alerts. The span is bounded, and the page says which span it is about.
// Page thread; the worker computes.
import { api } from '../wire/api';
import { EntryStore } from './entries';
import { type Row } from './rows';
import { unchecked } from './verdict';

const waitMs = 20_000;

export interface Span {
  rows: Row[];
  first: number;
  end: number;
}

/** Reads the last entries of a ledger with their states; those that a check did not reach stay "not checked". */
export async function lastOf(ledger: string, most: number, known: Span | null): Promise<Span> {
  const store = new EntryStore(ledger);
  const [info] = await Promise.all([api.describe({ ledger }), store.trust.refresh()]);
  // Nothing came since: what was read stays, and nobody's record grows by our looking.
  if (known && known.end === info.size && known.rows.every((row) => row.verdict.word === 'verified')) return known;
  store.size.value = info.size;
  const first = Math.max(0, Math.floor((info.size - most) / 256) * 256);
  const bundles: number[] = [];
  for (let b = first / 256; b * 256 < info.size; b++) bundles.push(b);
  const late = new Promise<void>((resolve) => setTimeout(resolve, waitMs));
  await Promise.race([Promise.all(bundles.map((b) => store.load(b))), late]);
  // Who may know that there are entries, and may not read them, is told so, and not that there are none.
  const errors = bundles.map((b) => store.errorAt(b * 256)).filter((error) => error !== null);
  if (errors.length > 0 && errors.length === bundles.length) throw errors[0];
  const rows: Row[] = [];
  for (let index = first; index < info.size; index++) {
    rows.push(
      store.row(index) ?? {
        index,
        bytes: null,
        entry: null,
        gone: 'it did not come in time',
        verdict: unchecked('it did not come in time'),
      },
    );
  }
  return { rows, first, end: info.size };
}
