// Alerts: entries of the ledger _alerts, the newest first; each says its rule, its state and its cause.
// Page thread.
import { useEffect, useState } from 'preact/hooks';
import type { Row } from '../state/rows';
import { link } from '../state/router';
import { type Json, parseJson, textAt } from '../verify/json';
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
            <option value="firing">firing</option>
            <option value="resolved">resolved</option>
          </select>
        </label>
      }
    >
      {isMissing ? (
        <Empty title="There are no alerts that you may see.">
          They are in the ledger <code>_alerts</code>, which a store has when rules are set; the right to read it is
          given by the policy.
        </Empty>
      ) : error !== null && !span ? (
        <Failure error={error} again={again} />
      ) : !span ? (
        <Loading what="alerts" />
      ) : span.rows.length === 0 ? (
        <Empty title="No alert so far.">When a rule fires, it shows here by itself.</Empty>
      ) : (
        <List rows={span.rows.toReversed().filter((row) => row.entry && (!only || stateOf(row) === only))} />
      )}
    </Page>
  );
}

function treeOf(row: Row): Json | null {
  const payload = payloadOf(row.entry!);
  return payload.kind === 'json' ? payload.tree : payload.kind === 'text' ? parseJson(payload.text) : null;
}

const stateOf = (row: Row): string => textAt(treeOf(row), 'state').toLowerCase();

function List({ rows }: { rows: Row[] }) {
  if (rows.length === 0) return <Empty title="No alert is in this state." />;
  return (
    <ul class="alerts">
      {rows.slice(0, 500).map((row) => (
        <Alert key={row.index} row={row} />
      ))}
      {rows.length > 500 && (
        <li class="dim">
          {count(rows.length - 500)} older ones are in <a href={link('entries', '_alerts')}>the ledger</a>.
        </li>
      )}
    </ul>
  );
}

function Alert({ row }: { row: Row }) {
  const tree = treeOf(row);
  const [severity, state, rule] = ['severity', 'state', 'rule'].map((name) => textAt(tree, name));
  const cause = textAt(tree, 'cause') || textAt(tree, 'cause', 'sentence');
  const ledger = textAt(tree, 'cause', 'ledger') || textAt(tree, 'ledger');
  const index = textAt(tree, 'cause', 'index') || textAt(tree, 'index');
  return (
    <li class={`alert alert-${/^(critical|high)$/i.test(severity) ? 'high' : 'low'}`}>
      <p class="alert-head">
        <strong>
          <Visible
            text={textAt(tree, 'sentence') || textAt(tree, 'message') || 'an alert that is no JSON with a sentence'}
          />
        </strong>
        <Badge verdict={row.verdict} />
      </p>
      <p class="dim">
        <Time ms={microsToMs(row.entry!.micros)} /> ·{' '}
        {severity && (
          <>
            <Visible text={severity} /> ·{' '}
          </>
        )}
        {state && (
          <>
            <Visible text={state} /> ·{' '}
          </>
        )}
        {rule && (
          <>
            rule <Visible text={rule} /> ·{' '}
          </>
        )}
        <a href={link('entries', '_alerts', { sel: row.index })}>entry {count(row.index)}</a>
        {ledger && /^\d+$/.test(index) && (
          <>
            {' '}
            · <a href={link('entries', ledger, { sel: index })}>its cause</a>
          </>
        )}
      </p>
      {cause && (
        <p>
          <Visible text={cause} />
        </p>
      )}
    </li>
  );
}
