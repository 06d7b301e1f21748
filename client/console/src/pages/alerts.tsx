// Alerts: what the guard wrote into the ledger _alerts, the newest first; each says what happened, what to do, and which
// entries caused it.
// Page thread.
import { useEffect, useState } from 'preact/hooks';
import type { Row } from '../state/rows';
import { type AlertOf, alertOf, firing } from '../state/alerts';
import { link } from '../state/router';
import { parseJson } from '../verify/json';
import { CallError, codes } from '../wire/grpcWeb';
import { Badge } from '../view/badge';
import { count, microsToMs } from '../view/format';
import { Page } from '../view/page';
import { Empty, Failure, Loading } from '../view/states';
import { payloadOf } from '../view/summary';
import { Visible } from '../view/text';
import { Time } from '../view/time';
import { useSpan } from '../view/useSpan';

const most = 2048;
const againMs = 15_000;

export function AlertsPage() {
  const { span, error, again } = useSpan('_alerts', most);
  const [only, setOnly] = useState('');
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && span && again(), againMs);
    return () => clearInterval(timer);
  }, [span]);
  const isMissing = error instanceof CallError && (error.code === codes.notFound || error.code === codes.denied);
  return (
    <Page
      title="Alerts"
      lead="What the store’s rules noticed, newest first."
      tools={
        <label class="picker">
          <span>State</span>
          <select value={only} onChange={(event) => setOnly(event.currentTarget.value)}>
            <option value="">all</option>
            <option value="firing">firing now</option>
          </select>
        </label>
      }
    >
      {isMissing ? (
        <Empty title="There are no alerts that you may see.">
          They are in the ledger <code>_alerts</code>: <code>ledger create _alerts</code> makes it, and{' '}
          <code>ledger guard</code> writes into it. The policy gives the right to read it.
        </Empty>
      ) : error !== null && !span ? (
        <Failure error={error} again={again} />
      ) : !span ? (
        <Loading what="alerts" />
      ) : span.rows.length === 0 ? (
        <Empty title="No alert so far.">When a rule fires, it shows here by itself.</Empty>
      ) : (
        <List
          all={alertsOf(span.rows)}
          unread={span.rows.filter((row) => !row.entry).length}
          isOnlyFiring={only === 'firing'}
        />
      )}
    </Page>
  );
}

interface Shown {
  row: Row;
  alert: AlertOf;
}

// What is no alert of the guard stays in the ledger's own list: where it began to watch, and what others wrote.
function alertsOf(rows: Row[]): Shown[] {
  return rows.flatMap((row) => {
    const payload = row.entry ? payloadOf(row.entry) : null;
    const tree = payload?.kind === 'json' ? payload.tree : payload?.kind === 'text' ? parseJson(payload.text) : null;
    const alert = alertOf(tree);
    return alert ? [{ row, alert }] : [];
  });
}

function List({ all, unread, isOnlyFiring }: { all: Shown[]; unread: number; isOnlyFiring: boolean }) {
  const shown = (isOnlyFiring ? firing(all) : all).toReversed();
  if (shown.length === 0 && unread === 0) {
    return (
      <Empty title={isOnlyFiring ? 'Nothing fires now.' : 'No alert so far.'}>What fires shows here by itself.</Empty>
    );
  }
  return (
    <ul class="alerts">
      {unread > 0 && (
        <li class="dim" role="status">
          {count(unread)} entries of <code>_alerts</code> could not be read: there may be more alerts.
        </li>
      )}
      {shown.slice(0, 500).map((one) => (
        <Alert key={one.row.index} row={one.row} alert={one.alert} />
      ))}
      {shown.length > 500 && (
        <li class="dim">
          {count(shown.length - 500)} older ones are in <a href={link('entries', '_alerts')}>the ledger</a>.
        </li>
      )}
    </ul>
  );
}

function Alert({ row, alert }: Shown) {
  const facts = [alert.state, alert.severity, `rule ${alert.rule}`, `of ${alert.ledger}`, ...alert.about];
  const more = alert.causes - alert.indexes.length;
  return (
    <li class={`alert alert-${alert.severity === 'critical' && alert.state === 'firing' ? 'high' : 'low'}`}>
      <p class="alert-head">
        <strong>
          <Visible text={alert.says} />
        </strong>
        <Badge verdict={row.verdict} />
      </p>
      <p>
        <Visible text={alert.advice} />
      </p>
      <p class="dim">
        <Time ms={microsToMs(row.entry!.micros)} /> ·{' '}
        {facts.map((fact) => (
          <span key={fact}>
            <Visible text={fact} /> ·{' '}
          </span>
        ))}
        <a href={link('entries', '_alerts', { sel: row.index })}>entry {count(row.index)}</a>
      </p>
      {alert.indexes.length > 0 && (
        <p class="dim">
          caused by{' '}
          {alert.indexes.map((index, i) => (
            <span key={index}>
              {i > 0 && ', '}
              <a href={link('entries', alert.ledger, { sel: index })}>entry {count(Number(index))}</a>
            </span>
          ))}
          {more > 0 && <> and {count(more)} more</>}
        </p>
      )}
    </li>
  );
}
