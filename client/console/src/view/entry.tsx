// One entry in full: its envelope, its payload, its state, and the proof as a drawing.
// Page thread.
import { useEffect, useState } from 'preact/hooks';
import { link } from '../state/router';
import type { Row } from '../state/rows';
import type { LedgerTrust } from '../state/trust';
import { hex } from '../verify/bytes';
import { formatReceipt } from '../verify/receipt';
import { leafHash } from '../verify/tree';
import { api } from '../wire/api';
import { VerdictLine } from './badge';
import { eventTree } from './eventTree';
import { count, microsToMs, shortHash } from './format';
import { Facts } from './page';
import { ProofDrawing } from './proof';
import { save } from './save';
import { Failure, Loading } from './states';
import { payloadOf } from './summary';
import { Long, Visible } from './text';
import { Time } from './time';
import { JsonTree } from './tree';

interface EntryPanelProps {
  ledger: string;
  row: Row;
  version: number;
  trust: LedgerTrust;
  onClose: () => void;
}

export function EntryPanel({ ledger, row, trust, onClose }: EntryPanelProps) {
  const { entry, bytes, index } = row;
  return (
    <aside class="panel" aria-label={`Entry ${index}`} onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <header class="panel-head">
        <h2>
          Entry <span class="num">{count(index)}</span>
        </h2>
        <button type="button" class="icon" onClick={onClose} aria-label="Close the entry">
          ×
        </button>
      </header>
      <VerdictLine verdict={row.verdict} />
      {entry && (
        <Facts
          rows={[
            ['Received', <Time ms={microsToMs(entry.micros)} isFull />],
            ['Appender', <Visible text={entry.appender || '—'} />],
            ...(entry.producer
              ? [
                  [
                    'Producer',
                    <>
                      <Visible text={entry.producer} /> · sequence {String(entry.sequence)}
                    </>,
                  ] as [string, any],
                ]
              : []),
            ['Content type', <Visible text={entry.contentType || '—'} />],
            ['Size', `${count(entry.payload.length)} bytes of payload, ${count(bytes!.length)} with the envelope`],
            ['Leaf hash', <code title={hex(leafHash(bytes!))}>{shortHash(hex(leafHash(bytes!)))}</code>],
          ]}
        />
      )}
      {entry && <PayloadView row={row} />}
      {bytes && <Proof ledger={ledger} row={row} trust={trust} />}
      <p class="row-tools">
        <a href={link('entries', ledger, { sel: index })}>Link to this entry</a>
      </p>
    </aside>
  );
}

function PayloadView({ row }: { row: Row }) {
  const payload = payloadOf(row.entry!);
  const [isRaw, setRaw] = useState(false);
  if (payload.kind === 'json') {
    return (
      <section class="payload">
        <h3>
          Record{' '}
          <button type="button" class="quiet" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            as written
          </button>
        </h3>
        {isRaw ? (
          <pre>
            <Long text={payload.text} />
          </pre>
        ) : (
          <JsonTree tree={payload.tree} />
        )}
      </section>
    );
  }
  return (
    <section class="payload">
      <h3>Record</h3>
      {payload.kind === 'event' && <JsonTree tree={eventTree(payload.event)} />}
      {payload.kind === 'text' && (
        <pre>
          <Long text={payload.text} />
        </pre>
      )}
      {payload.kind === 'bytes' && (
        <pre>
          <Long text={hex(row.entry!.payload)} max={1024} />
        </pre>
      )}
      {payload.kind === 'filler' && <p class="dim">The store made it to close a bundle.</p>}
      {payload.kind === 'empty' && <p class="dim">There is no payload.</p>}
    </section>
  );
}

function Proof({ ledger, row, trust }: { ledger: string; row: Row; trust: LedgerTrust }) {
  const [isOpen, setOpen] = useState(false);
  const [hashes, setHashes] = useState<Uint8Array<ArrayBuffer>[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const tree = trust.checkpoint.value;
  useEffect(() => {
    setHashes(null);
    setError(null);
    if (!isOpen || !tree || row.index >= tree.size) return;
    const leaving = new AbortController();
    api.inclusion({ ledger, index: row.index, size: tree.size }, leaving.signal).then(
      ({ hashes: path }) => setHashes(path),
      (problem) => leaving.signal.aborted || setError(problem),
    );
    return () => leaving.abort();
  }, [ledger, row.index, tree, isOpen]);
  if (!tree) return <p class="dim">There is no checkpoint that was verified, so there is no proof to show.</p>;
  if (row.index >= tree.size)
    return <p class="dim">The next checkpoint will cover this entry; then it can be proven.</p>;
  const file = `${ledger}-${row.index}.tlog-proof`;
  return (
    <section class="proof">
      <h3>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide the proof' : 'Show the proof'}
        </button>
        {hashes && (
          <button
            type="button"
            class="quiet"
            onClick={() => save(file, formatReceipt(row.index, row.bytes, hashes, trust.note))}
          >
            Save the receipt
          </button>
        )}
      </h3>
      {isOpen && error !== null && <Failure error={error} />}
      {isOpen && !hashes && error === null && <Loading what="the proof" />}
      {isOpen && hashes && <ProofDrawing index={row.index} entry={row.bytes!} hashes={hashes} checkpoint={tree} />}
    </section>
  );
}
