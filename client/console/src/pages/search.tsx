// Search: by what records say, with the sentence that says what the answer is worth. The link has the question.
// Page thread.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { makeEvidence } from '../state/evidence';
import { go, link, route } from '../state/router';
import { ocsf } from '../state/profile';
import { Search } from '../state/search';
import { forgetView, saveView, views } from '../state/views';
import { api } from '../wire/api';
import { VerdictLine } from '../view/badge';
import { csvOf, ndjsonOf } from '../view/files';
import { count } from '../view/format';
import { FoundList } from '../view/found';
import { Histogram } from '../view/histogram';
import { LedgerPicker, Page } from '../view/page';
import { Period } from '../view/period';
import { save } from '../view/save';
import { Empty, Loading, messageOf } from '../view/states';
import { plain, Visible } from '../view/text';

export function SearchPage() {
  const { name, query } = route.value;
  return (
    <Page title="Search" isWide tools={<LedgerPicker name={name} />}>
      {!name ? (
        <Empty title="Which ledger?">Choose one above, and then what its records must say.</Empty>
      ) : (
        <>
          <Ask key={`${name}?${query.q ?? ''}`} name={name} />
          {query.q !== undefined ? <Results key={location.hash} name={name} /> : <Saved />}
        </>
      )}
    </Page>
  );
}

/** The clauses of a question as they are typed, apart from each other by blanks; quotes keep blanks in one. */
export function splitClauses(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"]+|"[^"]*")+/g)].map(([one]) => one.replaceAll('"', ''));
}

export function clausesOf(query: Record<string, string>): string[] {
  const time = (name: string, sign: string): string[] => {
    const ms = Date.parse(query[name] ?? '');
    return Number.isNaN(ms) ? [] : [`@received${sign}${new Date(ms).toISOString()}`];
  };
  return [...splitClauses(query.q ?? ''), ...time('from', '>='), ...time('to', '<')];
}

function Ask({ name }: { name: string }) {
  const { query } = route.value;
  const [q, setQ] = useState(query.q ?? '');
  const [from, setFrom] = useState(query.from ?? '');
  const [to, setTo] = useState(query.to ?? '');
  const [order, setOrder] = useState(query.order ?? 'newest');
  const [fields, setFields] = useState<string[]>([]);
  useEffect(() => {
    const names = (spec: string): string[] =>
      spec
        .split('\n')
        .filter((line) => line.startsWith('field '))
        .map((line) => line.split(' ')[1]);
    api.fields({ ledger: name }).then(
      ({ spec }) => setFields(names(spec || ocsf)),
      () => setFields(names(ocsf)),
    );
  }, [name]);
  const submit = (event: Event): void => {
    event.preventDefault();
    go(link('search', name, { q: q.trim() || ' ', from, to, order }));
  };
  return (
    <form class="ask" onSubmit={submit}>
      <label class="field ask-main">
        What the records say
        <input
          value={q}
          placeholder="who=anna  what=invoice.*  outcome=failure"
          onInput={(event) => setQ(event.currentTarget.value)}
          autoComplete="off"
          spellcheck={false}
        />
      </label>
      <Period from={from} to={to} setFrom={setFrom} setTo={setTo} />
      <label class="field">
        Order
        <select value={order} onChange={(event) => setOrder(event.currentTarget.value)}>
          <option value="newest">newest first</option>
          <option value="oldest">oldest first</option>
        </select>
      </label>
      <button type="submit" class="primary">
        Search
      </button>
      <p class="ask-help dim">
        Fields:{' '}
        {[...fields, '@appender', '@producer', '@content_type', '@opaque'].map((field) => (
          <button
            type="button"
            class="quiet"
            key={field}
            onClick={() => setQ(`${q.trimEnd()}${q.trim() ? ' ' : ''}${field}=`)}
          >
            {field}
          </button>
        ))}
      </p>
    </form>
  );
}

function Results({ name }: { name: string }) {
  const { query } = route.value;
  const search = useMemo(
    () =>
      new Search({
        ledger: name,
        clauses: clausesOf(query),
        isNewestFirst: query.order !== 'oldest',
      }),
    [],
  );
  useEffect(() => {
    void search.start();
    return () => search.stop();
  }, [search]);
  const state = search.state.value;
  const found = search.found.value;
  const rows = useMemo(
    () => found.map((row) => ({ ...row, ledger: name, isMaybe: search.maybe.value.has(row.index) })),
    [found],
  );
  const { tally } = search;
  return (
    <section aria-label="Results" class="results">
      <div aria-live="polite">
        <VerdictLine verdict={search.verdict.value} />
        {search.hint.value && (
          <p class="dim">
            <Visible text={search.hint.value} />
          </p>
        )}
        <p class="bar">
          <span>
            <strong class="num">{count(found.length)}</strong> found
            {search.maybe.value.size > 0 && (
              <> · {count(search.maybe.value.size)} of them cannot be read and may be part of it</>
            )}
            <span class="dim">
              {' '}
              · {count(tally.delivered)} bundles looked at
              {search.isByIndex.value ? `, ${count(tally.excluded)} ruled out by the index` : ', no index was used'}
              {tally.expired > 0 && `, ${count(tally.expired)} entries expired`}
            </span>
          </span>
          {state === 'running' && (
            <>
              <span class="spinner" aria-hidden="true" />
              <button type="button" onClick={() => search.stop()}>
                Stop
              </button>
            </>
          )}
          {state === 'paused' && (
            <button type="button" onClick={() => void search.more()}>
              Search on
            </button>
          )}
          {found.length > 0 && <Take name={name} search={search} />}
          <SaveView />
        </p>
      </div>
      {found.length > 1 && <Histogram rows={found} />}
      {found.length > 0 ? (
        <FoundList rows={rows} label="Found entries" />
      ) : state === 'running' ? (
        <Loading what="what was found" />
      ) : (
        state === 'done' && (
          <Empty title="Nothing was found.">The sentence above says for which entries that holds.</Empty>
        )
      )}
    </section>
  );
}

function Take({ name, search }: { name: string; search: Search }) {
  const [note, setNote] = useState('');
  const evidence = async (): Promise<void> => {
    try {
      const file = await makeEvidence(name, search.found.value, (done) => setNote(`${count(done)} receipts`));
      save(`${name}-evidence.tar`, file, 'application/x-tar');
      setNote('Saved. Unpack it with tar xf; `ledger verify --bundle` checks it.');
    } catch (error) {
      setNote(messageOf(error));
    }
  };
  return (
    <span class="bar-group">
      <button type="button" onClick={() => save(`${name}-search.csv`, csvOf(search.found.value), 'text/csv')}>
        CSV
      </button>
      <button
        type="button"
        onClick={() => save(`${name}-search.ndjson`, ndjsonOf(search.found.value), 'application/x-ndjson')}
      >
        NDJSON
      </button>
      <button type="button" onClick={() => void evidence()}>
        Evidence
      </button>
      {note && (
        <span role="status" class="dim">
          {note}
        </span>
      )}
    </span>
  );
}

function SaveView() {
  const [title, setTitle] = useState<string | null>(null);
  if (title === null)
    return (
      <button type="button" class="quiet" onClick={() => setTitle(route.value.query.q ?? '')}>
        Save this view
      </button>
    );
  return (
    <form
      class="bar-group"
      onSubmit={(event) => {
        event.preventDefault();
        saveView(title.trim() || 'view', location.hash);
        setTitle(null);
      }}
    >
      <label>
        <span class="hidden">Name of the view</span>
        <input value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <button type="submit">Save</button>
    </form>
  );
}

function Saved() {
  const all = views.value;
  if (all.length === 0) {
    return (
      <Empty title="Ask for what the records say.">
        A clause is <code>field=value</code>; several must all hold. <code>{'who={anna,bob}'}</code> is one of these,{' '}
        <code>what=invoice.*</code> begins so, <code>when&gt;=2026-01-31T08:00:00Z</code> is a range. The answer says
        for which entries it is complete.
      </Empty>
    );
  }
  return (
    <section class="card">
      <h2>Saved views</h2>
      <ul class="rows">
        {all.map((view) => (
          <li key={view.name}>
            <a href={view.href}>{plain(view.name)}</a>
            <button
              type="button"
              class="quiet"
              onClick={() => forgetView(view.name)}
              aria-label={`Forget ${plain(view.name)}`}
            >
              forget
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
