// All ledgers, and one of them: size, signed tree, tiers, holds, fields and how far its index is.
// Page thread.
import { useEffect, useState } from 'preact/hooks';
import { ledgers, ledgersError, loadLedgers, states } from '../state/ledgers';
import { link, route } from '../state/router';
import { trustOf } from '../state/trust';
import { hex } from '../verify/bytes';
import { api } from '../wire/api';
import type { FieldsInfo, LedgerInfo } from '../wire/messages';
import { Badge, VerdictLine } from '../view/badge';
import { count, stampMs } from '../view/format';
import { Card, Facts, Page } from '../view/page';
import { Empty, Failure, Loading } from '../view/states';
import { plain, Visible } from '../view/text';
import { TierBar } from '../view/tiers';
import { Time } from '../view/time';

export function LedgersPage() {
  const { name } = route.value;
  return name ? <One key={name} name={name} /> : <All />;
}

function All() {
  const [filter, setFilter] = useState('');
  useEffect(() => void loadLedgers(), []);
  const all = ledgers.value;
  const shown = (all ?? []).filter((one) => one.ledger.includes(filter));
  useEffect(() => {
    for (const one of shown.slice(0, 50)) void trustOf(one.ledger).refresh();
  }, [all, filter]);
  return (
    <Page
      title="Ledgers"
      lead="Those on which you may do something."
      tools={
        <label class="field">
          <span class="hidden">Filter by name</span>
          <input
            value={filter}
            placeholder="Filter by name"
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
      }
    >
      {ledgersError.value !== null && !all ? (
        <Failure error={ledgersError.value} again={() => void loadLedgers()} />
      ) : !all ? (
        <Loading what="ledgers" />
      ) : shown.length === 0 ? (
        <Empty title={all.length === 0 ? 'There is no ledger that you may see.' : 'No ledger has this in its name.'}>
          {all.length === 0 && (
            <>
              An administrator makes one with <code>ledger create NAME</code>; the policy says who may see it.
            </>
          )}
        </Empty>
      ) : (
        <Table rows={shown} />
      )}
    </Page>
  );
}

function Table({ rows }: { rows: LedgerInfo[] }) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="Ledgers">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th class="right">Entries</th>
            <th class="right">Signed</th>
            <th>State</th>
            <th>Created</th>
            <th>Tree</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 500).map((one) => (
            <tr key={one.ledger}>
              <td>
                <a href={link('ledgers', one.ledger)}>{plain(one.ledger)}</a>
              </td>
              <td class="right num">{count(one.size)}</td>
              <td class="right num">{count(one.checkpointed_size)}</td>
              <td>{one.damage ? 'damaged' : (states[one.state] ?? 'unknown')}</td>
              <td>
                <Time ms={stampMs(one.created)} />
              </td>
              <td>
                <Badge verdict={trustOf(one.ledger).verdict.value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > 500 && <p class="dim">{count(rows.length - 500)} more: filter by name.</p>}
    </div>
  );
}

function One({ name }: { name: string }) {
  const [info, setInfo] = useState<LedgerInfo | null>(null);
  const [fields, setFields] = useState<FieldsInfo | null>(null);
  const [error, setError] = useState<unknown>(null);
  const trust = trustOf(name);
  const open = (): void => {
    setError(null);
    api.describe({ ledger: name }).then(setInfo, setError);
    api.fields({ ledger: name }).then(setFields, () => setFields(null));
    void trust.refresh();
  };
  useEffect(open, [name]);
  const tree = trust.checkpoint.value;
  return (
    <Page
      title={plain(name)}
      lead={<a href={link('ledgers')}>All ledgers</a>}
      tools={
        <nav class="bar-group" aria-label="This ledger">
          <a class="button" href={link('entries', name)}>
            Entries
          </a>
          <a class="button" href={link('search', name)}>
            Search
          </a>
          <a class="button" href={link('retention', name)}>
            Retention
          </a>
        </nav>
      }
    >
      {error !== null ? (
        <Failure error={error} again={open} />
      ) : !info ? (
        <Loading what="the ledger" />
      ) : (
        <div class="cards">
          <Card title="Ledger">
            <Facts
              rows={[
                ['State', info.damage ? <Visible text={info.damage} /> : (states[info.state] ?? 'unknown')],
                ['Entries', count(info.size)],
                ['First that can be read', count(info.first_readable)],
                ['Created', <Time ms={stampMs(info.created)} isFull />],
                ['Salted', info.salted ? 'yes: hashes of short records cannot be guessed' : 'no'],
              ]}
            />
          </Card>
          <Card title="Signed tree">
            <VerdictLine verdict={trust.verdict.value} />
            <Facts
              rows={[
                ['Origin', <Visible text={tree?.origin ?? info.origin} />],
                ['Signed entries', count(tree?.size ?? info.checkpointed_size)],
                ['Root', tree ? <code class="wrap">{hex(tree.root)}</code> : '—'],
                ['Key', tree ? <code class="wrap">{tree.signers.join(', ')}</code> : '—'],
              ]}
            />
          </Card>
          <Card title="Where it is">
            <TierBar tiers={info.tiers} />
          </Card>
          <Card title="Search">
            {fields && fields.spec ? (
              <Facts
                rows={[
                  ['Index', `${count(fields.indexed)} of ${count(fields.complete)} complete segments`],
                  ['Statements in', <Visible text={fields.index_ledger} />],
                  [
                    'Fields',
                    fields.spec
                      .split('\n')
                      .filter((line) => line.startsWith('field '))
                      .map((line) => line.split(' ')[1])
                      .join(', '),
                  ],
                ]}
              />
            ) : (
              <p class="dim">
                No fields are declared. An administrator does it with{' '}
                <code>ledger fields set {plain(name)} --profile ocsf</code>; without, a search reads everything.
              </p>
            )}
          </Card>
        </div>
      )}
    </Page>
  );
}
