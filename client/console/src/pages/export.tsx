// What is in view, or a range, as a file: NDJSON and CSV for tools, receipts for whoever has to believe it.
// Page thread.
import { useState } from 'preact/hooks';
import { type EntryStore } from '../state/entries';
import { readRows, type Row } from '../state/rows';
import { csvOf, ndjsonOf } from '../view/files';
import { count } from '../view/format';
import { save } from '../view/save';

const rangeMax = 100_000;
const step = 4096;

export function ExportMenu({ store, first, end }: { store: EntryStore; first: number; end: number }) {
  const [isOpen, setOpen] = useState(false);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const run = async (format: 'csv' | 'ndjson'): Promise<void> => {
    const start = from === '' ? first : Number(from);
    const stop = Math.min(to === '' ? end : Number(to) + 1, store.size.value);
    if (!(start >= 0 && stop > start)) return setNote('The range is empty: the last index is before the first.');
    if (stop - start > rangeMax)
      return setNote(`At most ${count(rangeMax)} entries at once; \`ledger read\` takes more.`);
    try {
      const rows: Row[] = [];
      for (let at = start; at < stop; at += step) {
        rows.push(...(await readRows(store.ledger, at, Math.min(step, stop - at))));
        setNote(`${count(rows.length)} of ${count(stop - start)} entries`);
      }
      const text = format === 'csv' ? csvOf(rows) : ndjsonOf(rows);
      save(
        `${store.ledger}-${start}-${stop - 1}.${format}`,
        text,
        format === 'csv' ? 'text/csv' : 'application/x-ndjson',
      );
      setNote(`Saved ${count(rows.length)} entries. They are a copy: receipts and \`ledger export\` carry proof.`);
    } catch (error) {
      setNote((error as Error).message);
    }
  };
  return (
    <div class="menu">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Export
      </button>
      {isOpen && (
        <div class="menu-body" onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
          <label class="field">
            First index
            <input
              inputMode="numeric"
              value={from}
              placeholder={String(first)}
              onInput={(e) => setFrom(e.currentTarget.value)}
            />
          </label>
          <label class="field">
            Last index
            <input
              inputMode="numeric"
              value={to}
              placeholder={String(Math.max(0, end - 1))}
              onInput={(e) => setTo(e.currentTarget.value)}
            />
          </label>
          <div class="bar-group">
            <button type="button" onClick={() => void run('ndjson')}>
              NDJSON
            </button>
            <button type="button" onClick={() => void run('csv')}>
              CSV
            </button>
          </div>
          <p role="status" class="dim">
            {note}
          </p>
        </div>
      )}
    </div>
  );
}
