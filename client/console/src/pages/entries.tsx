// Entries of a ledger: every one of them can be scrolled to, what is in view is checked, and new ones come by
// themselves.
// Page thread.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { entriesOf, type EntryStore } from '../state/entries';
import { type Row } from '../state/rows';
import { follow, type Tail } from '../state/tail';
import { infoOf } from '../state/ledgers';
import { look, route } from '../state/router';
import { unchecked, words } from '../state/verdict';
import { api } from '../wire/api';
import { Badge, VerdictLine } from '../view/badge';
import { EntryPanel } from '../view/entry';
import { count, shortName } from '../view/format';
import { useRowHeight, VirtualList } from '../view/list';
import { LedgerPicker, Page } from '../view/page';
import { RowCells } from '../view/rowCells';
import { Empty, Failure, Loading } from '../view/states';
import { ExportMenu } from './export';

const lingerMs = 60;
const above = 5;

export function EntriesPage() {
  const { name } = route.value;
  return (
    <Page title="Entries" isWide tools={<LedgerPicker name={name} />}>
      {name ? <Ledger key={name} name={name} /> : <Empty title="Which ledger?">Choose one above.</Empty>}
    </Page>
  );
}

function Ledger({ name }: { name: string }) {
  const store = useMemo(() => entriesOf(name), [name]);
  const [error, setError] = useState<unknown>(null);
  const [isReady, setReady] = useState(store.size.value > 0);
  const open = async (): Promise<void> => {
    try {
      const [info] = await Promise.all([api.describe({ ledger: name }), store.trust.refresh()]);
      store.size.value = Math.max(store.size.value, info.size);
      setError(null);
      setReady(true);
    } catch (problem) {
      setError(problem);
    }
  };
  useEffect(() => void open(), [name]);
  if (error !== null) return <Failure error={error} again={() => void open()} />;
  if (!isReady) return <Loading what={`the entries of ${name}`} />;
  return <Browser store={store} />;
}

function Browser({ store }: { store: EntryStore }) {
  const { query } = route.value;
  const size = store.size.value;
  const selected = query.sel !== undefined && /^\d+$/.test(query.sel) ? Number(query.sel) : -1;
  const [at, setAt] = useState(() => ({
    index: selected >= 0 ? Math.max(0, selected - above) : query.at ? Number(query.at) || 0 : size,
  }));
  const [isLive, setLive] = useState(query.live === '1');
  const [tail, setTail] = useState<Tail | null>(null);
  const [view, setView] = useState<[number, number]>([0, 0]);
  useEffect(() => {
    const linger = setTimeout(() => store.want(view[0], view[1]), lingerMs);
    return () => clearTimeout(linger);
  }, [view[0], view[1], size, store.trust.checkpoint.value]);
  useEffect(() => (isLive ? follow(store, setTail) : setTail(null)), [isLive]);
  // A selected entry that is far away is fetched for its panel, and the list goes there.
  useEffect(() => {
    if (selected >= 0) store.want(selected, selected + 1);
    const isAway = selected >= 0 && view[1] > 0 && (selected < view[0] || selected >= view[1]);
    if (isAway) setAt({ index: Math.max(0, selected - above) });
  }, [selected]);
  // Rows change in place; whoever shows them is told by this number.
  const version = store.version.value;
  const rowHeight = useRowHeight();
  const row = selected >= 0 ? store.row(selected) : null;
  return (
    <div class="entries">
      <Summary store={store} view={view} isLive={isLive} tail={tail} />
      <Controls
        store={store}
        view={view}
        isLive={isLive}
        setLive={setLive}
        jump={(index) => {
          setLive(false);
          setAt({ index });
        }}
      />
      {size === 0 ? (
        <Empty title="This ledger has no entries yet.">
          Append one: <code>ledger append {store.ledger} 'a record'</code>. With “Live” on, it shows here by itself.
        </Empty>
      ) : (
        <div class={`split${row ? ' has-panel' : ''}`}>
          <div class="list-frame">
            <div class="list-head" aria-hidden="true">
              <span>Index</span>
              <span>Received</span>
              <span>Appender</span>
              <span>Record</span>
              <span>State</span>
            </div>
            <VirtualList
              size={size}
              rowHeight={rowHeight}
              at={at}
              selected={selected}
              label={`Entries of ${store.ledger}`}
              render={(index) => (
                <Line row={store.row(index)} index={index} error={store.errorAt(index)} version={version} />
              )}
              onView={(first, end) => setView([first, end])}
              onSelect={(index) => look({ sel: index < 0 ? undefined : index })}
              isAtEnd={isLive}
              onLeaveEnd={() => setLive(false)}
            />
          </div>
          {row && (
            <EntryPanel
              key={row.index}
              version={version}
              ledger={store.ledger}
              row={row}
              trust={store.trust}
              onClose={() => look({ sel: undefined })}
            />
          )}
        </div>
      )}
    </div>
  );
}

function Line({ row, index, error }: { row: Row | null; index: number; error: unknown; version: number }) {
  if (!row) {
    return (
      <>
        <span class="num dim">{count(index)}</span>
        <span class="dim list-wait">{error ? 'cannot be fetched' : '…'}</span>
      </>
    );
  }
  return (
    <>
      <span class="num dim">{count(index)}</span>
      <RowCells row={row} who={shortName} />
      <span class="cell-state">
        <Badge verdict={row.verdict} label={row.gone && row.verdict.word === 'unchecked' ? 'gone' : undefined} />
      </span>
    </>
  );
}

function Summary({
  store,
  view,
  isLive,
  tail,
}: {
  store: EntryStore;
  view: [number, number];
  isLive: boolean;
  tail: Tail | null;
}) {
  void store.version.value; // rows change in place
  const rows = Array.from({ length: Math.max(0, view[1] - view[0]) }, (_, i) => store.row(view[0] + i)).filter(
    (row) => row !== null,
  );
  const bad = store.failures();
  // Why nothing is there where entries would be: said once, and not only in each line.
  const problem = rows.length === 0 ? store.errorAt(view[0]) : null;
  const good = rows.filter((row) => row.verdict.word === 'verified');
  const trust = store.trust.verdict.value;
  const salt = infoOf(store.ledger)?.salted ? ' · salted' : '';
  return (
    <div class="summary" aria-live="polite">
      {problem !== null && <Failure error={problem} />}
      {bad.length > 0 ? (
        <Failures bad={bad} />
      ) : trust.word !== 'verified' ? (
        <VerdictLine verdict={trust} />
      ) : rows.length > 0 && good.length === rows.length ? (
        <Badge
          verdict={{ word: 'verified', why: trust.why }}
          label={`${count(good.length)} entries in view ${words.verified} in this browser`}
        />
      ) : (
        <Badge
          verdict={unchecked('being checked, or not signed yet')}
          label={`${count(good.length)} of ${count(rows.length)} entries in view ${words.verified}`}
        />
      )}
      <span class="dim">
        {count(store.size.value)} entries · signed at {count(store.trust.checkpoint.value?.size ?? 0)}
        {salt}
        {isLive && (
          <>
            {' '}
            · <strong class="live">{tail?.text ?? 'connecting…'}</strong>
          </>
        )}
      </span>
    </div>
  );
}

function Failures({ bad }: { bad: Row[] }) {
  const named = bad.slice(0, 8);
  return (
    <div class="grow">
      <VerdictLine verdict={bad[0].verdict} />
      <p class="row-tools">
        {count(bad.length)} {bad.length === 1 ? 'entry' : 'entries'} that failed:{' '}
        {named.map((row) => (
          <button type="button" class="quiet" key={row.index} onClick={() => look({ sel: row.index })}>
            {count(row.index)}
          </button>
        ))}
        {bad.length > named.length && '…'} Keep what you see, and tell whoever runs the store.
      </p>
    </div>
  );
}

interface ControlsProps {
  store: EntryStore;
  view: [number, number];
  isLive: boolean;
  setLive: (value: boolean) => void;
  jump: (index: number) => void;
}

function Controls({ store, view, isLive, setLive, jump }: ControlsProps) {
  const [goal, setGoal] = useState('');
  const [problem, setProblem] = useState('');
  const size = store.size.value;
  const goTo = async (event: Event): Promise<void> => {
    event.preventDefault();
    setProblem('');
    // Numbers may be grouped as the viewer's language does it.
    const isGrouped = /^\d{1,3}([.,_\s'’]\d{3})+$/.test(goal.trim());
    const text = isGrouped ? goal.replaceAll(/\D/g, '') : goal.trim();
    if (/^\d+$/.test(text)) return jump(Math.min(Number(text), Math.max(0, size - 1)));
    const ms = Date.parse(goal);
    if (Number.isNaN(ms)) return setProblem('an index, or a time such as 2026-11-30 14:05');
    try {
      jump(await firstAt(store.ledger, ms, size));
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <div class="bar">
      <form class="bar-group" onSubmit={(event) => void goTo(event)}>
        <label class="field">
          <span class="hidden">Go to an index or a time</span>
          <input
            value={goal}
            placeholder="Go to index or time"
            onInput={(event) => setGoal(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Go</button>
        {problem && (
          <span class="problem" role="alert">
            {problem}
          </span>
        )}
      </form>
      <label class="bar-range">
        <span class="hidden">Position in the ledger</span>
        <input
          type="range"
          min={0}
          max={Math.max(0, size - 1)}
          value={Math.min(view[0], Math.max(0, size - 1))}
          onInput={(event) => jump(Number(event.currentTarget.value))}
          disabled={size < 2}
          aria-valuetext={`entry ${count(view[0])} of ${count(size)}`}
        />
      </label>
      <div class="bar-group">
        <button type="button" onClick={() => jump(0)}>
          Oldest
        </button>
        <button type="button" onClick={() => jump(size)}>
          Newest
        </button>
        <button type="button" class={isLive ? 'on' : ''} aria-pressed={isLive} onClick={() => setLive(!isLive)}>
          <span class="dot" aria-hidden="true" />
          Live
        </button>
        <ExportMenu store={store} first={view[0]} end={view[1]} />
      </div>
    </div>
  );
}

async function firstAt(ledger: string, ms: number, size: number): Promise<number> {
  const time = { seconds: Math.floor(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) };
  for await (const { entries, expired, unreadable } of api.read({ ledger, time, limit: 1 })) {
    const first = entries?.first_index ?? expired?.first_index ?? unreadable?.first_index;
    if (first !== undefined) return first;
  }
  return size;
}
