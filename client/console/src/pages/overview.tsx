// The overview: is all well, how much is stored, how fast it grows, how far signatures and indexes are behind.
// Page thread.
import { useEffect, useState } from 'preact/hooks';
import { type Sample, samples, watch } from '../state/history';
import { ledgers, ledgersError, states, status, statusError } from '../state/ledgers';
import { link } from '../state/router';
import { session } from '../state/session';
import type { Row } from '../state/rows';
import { type LedgerTrust, trustOf } from '../state/trust';
import { api } from '../wire/api';
import type { FieldsInfo, Status } from '../wire/messages';
import { Badge } from '../view/badge';
import { Chart } from '../view/chart';
import { bytesText, count, microsToMs, spanText, stampMs } from '../view/format';
import { Card, Facts, Page } from '../view/page';
import { Empty, Failure, isDenied, Loading } from '../view/states';
import { lineOf } from '../view/summary';
import { plain, Visible } from '../view/text';
import { Time } from '../view/time';
import { useSpan } from '../view/useSpan';
import type { Entry } from '../verify/entry';

export function OverviewPage() {
  useEffect(watch, []);
  const all = ledgers.value;
  return (
    <Page
      title="Overview"
      lead={
        session.value
          ? `${session.value.source === 'server' ? 'Server' : 'Directory'} ${session.value.address}`
          : undefined
      }
    >
      {ledgersError.value !== null && !all && <Failure error={ledgersError.value} />}
      {!all && ledgersError.value === null && <Loading what="the store’s figures" />}
      {all && (
        <>
          <Figures />
          <div class="cards">
            <Card title="Entries stored">
              <Growth />
            </Card>
            <Card title="Entries per second">
              <Rate />
            </Card>
            {status.value?.disk && (
              <Card title="Disk">
                <Space />
              </Card>
            )}
            <StoreCard />
            <TreesCard />
            <Findings />
            <RecentCard />
          </div>
        </>
      )}
    </Page>
  );
}

function Figures() {
  const all = ledgers.value!;
  const entries = all.reduce((sum, one) => sum + one.size, 0);
  const lag = all.reduce((sum, one) => sum + Math.max(0, one.size - one.checkpointed_size), 0);
  const now = status.value;
  return (
    <div class="figures">
      <Figure name="Entries" value={count(entries)} note={`in ${count(all.length)} ledgers`} />
      <Figure
        name="Not signed yet"
        value={count(lag)}
        note={lag === 0 ? 'checkpoints cover everything' : 'the next checkpoints cover them'}
      />
      {now && <Figure name="Stored" value={bytesText(now.stored_bytes)} note="compressed, with all hashes" />}
      {now?.disk && (
        <Figure
          name="Disk free"
          value={bytesText(now.disk.free_bytes)}
          note={
            now.disk.is_full
              ? 'full: appends are refused'
              : now.disk_full_in
                ? `full in ${spanText(now.disk_full_in.seconds)} at this rate`
                : 'no end in sight at this rate'
          }
        />
      )}
    </div>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div class="figure">
      <span class="figure-name">{name}</span>
      <span class="figure-value num">{value}</span>
      <span class="dim">{note}</span>
    </div>
  );
}

function Growth() {
  const seen = samples.value;
  if (seen.length < 2) return <p class="dim">The chart begins with the next look, in a few seconds.</p>;
  return (
    <Chart
      label={`Entries stored, ${spanOf(seen)}`}
      times={seen.map((one) => one.ms)}
      format={shortCount}
      lines={[
        { name: 'stored', values: seen.map((one) => one.entries) },
        { name: 'signed', values: seen.map((one) => one.signed) },
      ]}
    />
  );
}

function rates(seen: Sample[]): number[] {
  return seen.slice(1).map((one, i) => Math.max(0, (one.entries - seen[i].entries) / ((one.ms - seen[i].ms) / 1000)));
}

function Rate() {
  const seen = samples.value;
  if (seen.length < 3) return <p class="dim">Two looks are needed for a rate; wait a few seconds.</p>;
  return (
    <Chart
      label={`Entries per second, ${spanOf(seen)}`}
      times={seen.slice(1).map((one) => one.ms)}
      format={shortCount}
      lines={[{ name: 'rate', values: rates(seen) }]}
    />
  );
}

function Space() {
  const seen = samples.value.filter((one) => one.freeBytes > 0);
  if (seen.length < 2) return <p class="dim">The chart begins with the next look, in a few seconds.</p>;
  return (
    <Chart
      label={`Bytes, ${spanOf(seen)}`}
      times={seen.map((one) => one.ms)}
      format={bytesText}
      lines={[
        { name: 'stored', values: seen.map((one) => one.storedBytes) },
        { name: 'free', values: seen.map((one) => one.freeBytes) },
      ]}
    />
  );
}

function spanOf(seen: Sample[]): string {
  return `the last ${spanText((Date.now() - seen[0].ms) / 1000)}`;
}

function shortCount(value: number): string {
  if (value >= 1e9) return `${+(value / 1e9).toFixed(2)} G`;
  if (value >= 1e6) return `${+(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${+(value / 1e3).toFixed(1)} k`;
  return String(+value.toFixed(value < 10 ? 2 : 0));
}

function StoreCard() {
  const now = status.value;
  if (!now) {
    return (
      <Card title="Store">
        {statusError.value === null ? (
          <Loading what="the status" />
        ) : isDenied(statusError.value) ? (
          <p class="dim">The server’s status is for those who administer it. What the ledgers say is beside.</p>
        ) : (
          <Failure error={statusError.value} />
        )}
      </Card>
    );
  }
  return (
    <Card title="Store">
      <Facts
        rows={[
          [
            'State',
            <>
              {states[now.state] ?? 'unknown'}
              {now.reason && (
                <>
                  : <Visible text={now.reason} />
                </>
              )}
            </>,
          ],
          [
            'Version',
            <span title={plain(now.version)}>
              <Visible text={shortVersion(now.version)} />
            </span>,
          ],
          ['Running since', <Time ms={stampMs(now.started)} />],
          ['Anchor', now.anchor ? <Anchor state={now.anchor} /> : 'there is none, or it is not known here'],
          ['Tiers', now.tiers.map((tier) => `${tier.tier} ${bytesText(tier.stored_bytes)}`).join(' · ') || '—'],
          [
            'Next expiry',
            now.tiering?.next_expiry ? <Time ms={stampMs(now.tiering.next_expiry)} /> : 'nothing is known to expire',
          ],
        ]}
      />
    </Card>
  );
}

// What is behind the plus is the commit: its beginning names it.
function shortVersion(version: string): string {
  return version.replace(/\+([0-9a-f]{12})[0-9a-f]+$/, '+$1');
}

function Anchor({ state: { behind, failure } }: { state: NonNullable<Status['anchor']> }) {
  if (failure !== '') {
    return (
      <>
        cannot be written: <Visible text={failure} />
      </>
    );
  }
  return <>{behind ? `${spanText(behind.seconds)} behind the newest checkpoint` : 'has the newest checkpoints'}</>;
}

function TreesCard() {
  const all = ledgers.value!;
  const names = all.slice(0, 12).map((one) => one.ledger);
  const [indexes, setIndexes] = useState<Record<string, FieldsInfo>>({});
  useEffect(() => {
    for (const name of names.filter((one) => !one.startsWith('_'))) {
      const take = (info: FieldsInfo): void => setIndexes((before) => ({ ...before, [name]: info }));
      api.fields({ ledger: name }).then(
        (info) => info.spec !== '' && take(info),
        () => {}, // no index, or no right to ask: there is nothing to say then
      );
    }
  }, [names.join('\n')]);
  useEffect(() => {
    for (const name of names) void trustOf(name).refresh();
  }, [names.join('\n')]);
  return (
    <Card title="Signed trees, checked in this browser">
      <ul class="rows">
        {names.map((name) => (
          <li key={name}>
            <a href={link('entries', name)}>{plain(name)}</a>
            <span class="dim num">
              <Signed trust={trustOf(name)} />
              {indexes[name] && ` · index ${count(indexes[name].indexed)} of ${count(indexes[name].complete)} segments`}
            </span>
            <TrustBadge trust={trustOf(name)} />
          </li>
        ))}
      </ul>
      {all.length > names.length && (
        <p>
          <a href={link('ledgers')}>All {count(all.length)} ledgers</a>
        </p>
      )}
      {names.length === 0 && <Empty title="There is no ledger that you may see." />}
    </Card>
  );
}

function Signed({ trust }: { trust: LedgerTrust }) {
  const size = trust.checkpoint.value?.size;
  return <>{size === undefined ? '—' : `${count(size)} signed`}</>;
}

// "Not checked" is an answer; before the first one is there, it is under way.
function TrustBadge({ trust }: { trust: LedgerTrust }) {
  const isWaiting = trust.isAsking.value && trust.checkpoint.value === null;
  return isWaiting ? <span class="dim">checking…</span> : <Badge verdict={trust.verdict.value} />;
}

function Findings() {
  const problems = status.value?.problems ?? [];
  const damaged = (ledgers.value ?? []).filter((one) => one.damage !== '');
  const bad = (ledgers.value ?? []).filter((one) => trustOf(one.ledger).verdict.value.word === 'failed');
  const isQuiet = problems.length + damaged.length + bad.length === 0;
  return (
    <Card title="Findings" wide>
      {isQuiet && (
        <p>
          Nothing is known to be wrong. <span class="dim">What was not looked at yet is not covered by that.</span>
        </p>
      )}
      <ul class="rows">
        {bad.map((one) => (
          <li key={one.ledger}>
            <Badge verdict={trustOf(one.ledger).verdict.value} />
            <span>
              <Visible text={one.ledger} />: {trustOf(one.ledger).verdict.value.why}
            </span>
          </li>
        ))}
        {damaged.map((one) => (
          <li key={`d${one.ledger}`}>
            <strong>
              <Visible text={one.ledger} />
            </strong>{' '}
            <span>
              <Visible text={one.damage} />
            </span>
          </li>
        ))}
        {problems.slice(0, 20).map((one, i) => (
          <li key={i}>
            <strong>
              <Visible text={one.ledger || 'store'} />
            </strong>
            <span>
              {one.count > 0 && `entries ${count(one.first_index)} to ${count(one.first_index + one.count - 1)}: `}
              <Visible text={one.reason} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const recent = 8;

function RecentCard() {
  const { span, error } = useSpan('_audit', recent);
  return (
    <Card title="What happened last" wide>
      {error !== null ? (
        isDenied(error) ? (
          <p class="dim">The store’s own record, _audit, is not open to you.</p>
        ) : (
          <Failure error={error} />
        )
      ) : !span ? (
        <Loading what="the store’s record" />
      ) : (
        <ul class="rows">
          {span.rows
            .slice(-recent)
            .toReversed()
            .map((row) => row.entry && <Recent key={row.index} row={row} entry={row.entry} />)}
        </ul>
      )}
    </Card>
  );
}

function Recent({ row, entry }: { row: Row; entry: Entry }) {
  return (
    <li>
      <Time ms={microsToMs(entry.micros)} />
      <a class="grow cell" href={link('entries', '_audit', { sel: row.index })}>
        <Visible text={lineOf(entry)} />
      </a>
      <Badge verdict={row.verdict} />
    </li>
  );
}
