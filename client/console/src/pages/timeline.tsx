// Timeline of one identity: what it did and what it looked at, across ledgers, newest first.
// Page thread.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ledgers, loadLedgers } from '../state/ledgers';
import { go, link, route } from '../state/router';
import { Timeline } from '../state/timeline';
import { clausesOf } from './search';
import { VerdictLine } from '../view/badge';
import { csvOf, ndjsonOf } from '../view/files';
import { count } from '../view/format';
import { FoundList } from '../view/found';
import { Histogram } from '../view/histogram';
import { Page } from '../view/page';
import { Period } from '../view/period';
import { save } from '../view/save';
import { Empty, Loading } from '../view/states';
import { plain } from '../view/text';

const ledgersMax = 12;

export function TimelinePage() {
  const { query } = route.value;
  useEffect(() => void loadLedgers(), []);
  return (
    <Page title="Timeline" lead="What one identity did and looked at, across ledgers." isWide>
      <Ask key={location.hash} />
      {!query.who ? (
        <Empty title="Whose?">
          A name as records have it, such as <code>anna</code>, or an identity as certificates have it, such as{' '}
          <code>spiffe://example.org/billing</code>.
        </Empty>
      ) : ledgers.value === null ? (
        <Loading what="ledgers" />
      ) : (
        <Results key={location.hash} who={query.who} />
      )}
    </Page>
  );
}

function Ask() {
  const { query } = route.value;
  const [who, setWho] = useState(query.who ?? '');
  const [from, setFrom] = useState(query.from ?? '');
  const [to, setTo] = useState(query.to ?? '');
  return (
    <form
      class="ask"
      onSubmit={(event) => {
        event.preventDefault();
        go(link('timeline', '', { who: who.trim(), from, to }));
      }}
    >
      <label class="field ask-main">
        Identity
        <input
          value={who}
          onInput={(event) => setWho(event.currentTarget.value)}
          autoComplete="off"
          spellcheck={false}
        />
      </label>
      <Period from={from} to={to} setFrom={setFrom} setTo={setTo} />
      <button type="submit" class="primary">
        Show
      </button>
    </form>
  );
}

function Results({ who }: { who: string }) {
  const { query } = route.value;
  const timeline = useMemo(() => {
    const names = ledgers.value!.map((one) => one.ledger).filter((name) => name === '_audit' || !name.startsWith('_'));
    return new Timeline(who, names.slice(-ledgersMax), clausesOf({ from: query.from ?? '', to: query.to ?? '' }));
  }, []);
  useEffect(() => {
    void timeline.start();
    return () => timeline.stop();
  }, [timeline]);
  const rows = timeline.rows.value;
  return (
    <section class="results" aria-label="Timeline">
      <p class="bar" aria-live="polite">
        <span>
          <strong class="num">{count(rows.length)}</strong> entries in {count(timeline.ledgers.length)} ledgers
        </span>
        {timeline.isRunning.value && (
          <>
            <span class="spinner" aria-hidden="true" />
            <button type="button" onClick={() => timeline.stop()}>
              Stop
            </button>
          </>
        )}
        {rows.length > 0 && (
          <span class="bar-group">
            <button type="button" onClick={() => save(`timeline-${who}.csv`, csvOf(rows), 'text/csv')}>
              CSV
            </button>
            <button
              type="button"
              onClick={() => save(`timeline-${who}.ndjson`, ndjsonOf(rows), 'application/x-ndjson')}
            >
              NDJSON
            </button>
          </span>
        )}
      </p>
      <details open={rows.length === 0}>
        <summary>What it is complete for</summary>
        {timeline.sources.value.map((source) => (
          <div key={source.ledger}>
            <h2>
              <a href={link('search', source.ledger, { q: `who=${who}` })}>{plain(source.ledger)}</a>
            </h2>
            <VerdictLine verdict={source.verdict} />
          </div>
        ))}
      </details>
      {rows.length > 1 && <Histogram rows={rows} />}
      {rows.length > 0 && <FoundList rows={rows} label={`Timeline of ${who}`} hasLedgers />}
    </section>
  );
}
