// Access review: who did what on which ledger, when last, and who was refused; from the store's own record, _audit.
// Page thread.
import { useMemo, useState } from 'preact/hooks';
import { link, route } from '../state/router';
import { type Use, usesOf } from '../state/review';
import { Badge } from '../view/badge';
import { cell } from '../view/files';
import { count, microsToMs, shortName } from '../view/format';
import { Page } from '../view/page';
import { save } from '../view/save';
import { Empty, Failure, isDenied, Loading } from '../view/states';
import { plain, Visible } from '../view/text';
import { Time } from '../view/time';
import { useSpan } from '../view/useSpan';
import { unchecked, type Verdict, verified, words } from '../state/verdict';
import type { Span } from '../state/book';

const most = 8192;

export function AccessPage() {
  const { span, error, again } = useSpan('_audit', most);
  return (
    <Page title="Access review" lead="Who did what, when last, and who was refused: from the store’s own record.">
      {error !== null ? (
        isDenied(error) ? (
          <Empty title="The store’s record is not open to you.">
            The right to read <code>_audit</code> is given by the policy; auditors usually have it.
          </Empty>
        ) : (
          <Failure error={error} again={again} />
        )
      ) : !span ? (
        <Loading what="the store’s record" />
      ) : (
        <Review span={span} />
      )}
    </Page>
  );
}

// The newest entries are not signed yet: looking at the record is recorded too.
function verdictOfSpan({ rows }: Span): { verdict: Verdict; label?: string } {
  const bad = rows.find((row) => row.verdict.word === 'failed');
  if (bad) return { verdict: bad.verdict };
  const last = rows.findLastIndex((row) => row.verdict.word === 'verified');
  if (last < 0 || rows.slice(0, last).some((row) => row.verdict.word !== 'verified')) {
    return {
      verdict: unchecked(rows.find((row) => row.verdict.word !== 'verified')?.verdict.why ?? 'there is nothing'),
    };
  }
  const open = rows.length - 1 - last;
  const label = open > 0 ? `${words.verified}, but for the newest ${count(open)}` : undefined;
  return { verdict: verified('in a signed tree of _audit'), label };
}

function Review({ span }: { span: Span }) {
  const [who, setWho] = useState(route.value.query.who ?? '');
  const uses = useMemo(() => usesOf(span.rows), [span]);
  const shown = uses.filter((use) => `${use.identity} ${use.ledger}`.includes(who));
  const verdict = verdictOfSpan(span);
  const csv = (): void => {
    const head = ['identity', 'ledger', 'what', 'refused', 'calls', 'entries', 'last'];
    const lines = shown.map((use) => [
      use.identity,
      use.ledger,
      use.what,
      String(use.isRefusal),
      use.calls,
      use.entries,
      new Date(microsToMs(use.lastMicros)).toISOString(),
    ]);
    save(
      'access-review.csv',
      [head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n',
      'text/csv',
    );
  };
  return (
    <>
      <div class="bar">
        <label class="field">
          <span class="hidden">Identity or ledger</span>
          <input value={who} placeholder="Identity or ledger" onInput={(event) => setWho(event.currentTarget.value)} />
        </label>
        <button type="button" onClick={csv}>
          CSV
        </button>
        <Badge verdict={verdict.verdict} label={verdict.label} />
        <span class="dim">
          of entries {count(span.first)} to {count(Math.max(0, span.end - 1))} of _audit
          {span.first > 0 && '; what is older is not in these sums'}
        </span>
      </div>
      {shown.length === 0 ? <Empty title="Nobody did anything of this kind in this span." /> : <Table uses={shown} />}
    </>
  );
}

function Table({ uses }: { uses: Use[] }) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="Uses of rights">
      <table>
        <thead>
          <tr>
            <th>Identity</th>
            <th>What</th>
            <th>Ledger</th>
            <th class="right">Calls</th>
            <th class="right">Entries</th>
            <th>Last</th>
          </tr>
        </thead>
        <tbody>
          {uses.slice(0, 500).map((use, i) => (
            <tr key={i}>
              <td title={plain(use.identity)}>
                {use.identity ? (
                  <a href={link('timeline', '', { who: use.identity })}>{plain(shortName(use.identity))}</a>
                ) : (
                  'nobody known'
                )}
              </td>
              <td>
                {use.isRefusal && <strong class="problem">refused: </strong>}
                <Visible text={use.what} />
              </td>
              <td>{use.ledger ? <a href={link('ledgers', use.ledger)}>{plain(use.ledger)}</a> : '—'}</td>
              <td class="right num">{count(use.calls)}</td>
              <td class="right num">{count(use.entries)}</td>
              <td>
                <a href={link('entries', '_audit', { sel: use.lastIndex })}>
                  <Time ms={microsToMs(use.lastMicros)} />
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {uses.length > 500 && <p class="dim">{count(uses.length - 500)} more: narrow it down above.</p>}
    </div>
  );
}
