// Entries that were found, as a list with a panel: for searches, timelines and alerts. What is done with them all is
// above.
// Page thread.
import { useState } from 'preact/hooks';
import type { Row } from '../state/rows';
import { trustOf } from '../state/trust';
import { Badge } from './badge';
import { EntryPanel } from './entry';
import { count, shortName } from './format';
import { useRowHeight, VirtualList } from './list';
import { RowCells } from './rowCells';

const headHeight = 46;
const top = { index: 0 };

export interface FoundRow extends Row {
  ledger: string;
  isMaybe?: boolean;
}

export function FoundList({
  rows,
  label,
  hasLedgers = false,
}: {
  rows: FoundRow[];
  label: string;
  hasLedgers?: boolean;
}) {
  const [selected, setSelected] = useState(-1);
  const rowHeight = useRowHeight();
  const row = rows[selected] ?? null;
  return (
    <div
      class={`split split-found${row ? ' has-panel' : ''}`}
      style={{ maxHeight: row ? undefined : `${rows.length * rowHeight + headHeight}px` }}
    >
      <div class="list-frame">
        <div class="list-head" aria-hidden="true">
          <span>Index</span>
          <span>Received</span>
          <span>{hasLedgers ? 'Ledger' : 'Appender'}</span>
          <span>Record</span>
          <span>State</span>
        </div>
        <VirtualList
          size={rows.length}
          rowHeight={rowHeight}
          at={top}
          selected={selected}
          label={label}
          isAtEnd={false}
          onView={() => {}}
          onSelect={setSelected}
          onLeaveEnd={() => {}}
          render={(i) => rows[i] && <FoundLine row={rows[i]} hasLedgers={hasLedgers} />}
        />
      </div>
      {row && (
        <EntryPanel
          key={`${row.ledger}/${row.index}`}
          version={0}
          ledger={row.ledger}
          row={row}
          trust={trustOf(row.ledger)}
          onClose={() => setSelected(-1)}
        />
      )}
    </div>
  );
}

function FoundLine({ row, hasLedgers }: { row: FoundRow; hasLedgers: boolean }) {
  return (
    <>
      <span class="num dim" title={row.ledger}>
        {count(row.index)}
      </span>
      <RowCells
        row={row}
        who={(appender) => (hasLedgers ? row.ledger : shortName(appender))}
        lead={row.isMaybe && <span class="dim">cannot be read: may be part of the answer · </span>}
      />
      <span class="cell-state">
        <Badge verdict={row.verdict} />
      </span>
    </>
  );
}
