// Retention of one ledger: where its entries are, by which policy they move, what comes next, what is held, what is
// gone.
// Page thread.
import { useEffect, useState } from 'preact/hooks';
import { link, route } from '../state/router';
import { session } from '../state/session';
import { api } from '../wire/api';
import { CallError, codes } from '../wire/grpcWeb';
import type { LedgerInfo, PlannedMove } from '../wire/messages';
import { bytesText, count, durationText, stampMs } from '../view/format';
import { Card, Facts, LedgerPicker, Page } from '../view/page';
import { Empty, Failure, isDenied, Loading, messageOf } from '../view/states';
import { Visible } from '../view/text';
import { TierBar } from '../view/tiers';
import { Time } from '../view/time';

export function RetentionPage() {
  const { name } = route.value;
  return (
    <Page title="Retention" tools={<LedgerPicker name={name} />}>
      {name ? <Ledger key={name} name={name} /> : <Empty title="Which ledger?">Choose one above.</Empty>}
    </Page>
  );
}

function Ledger({ name }: { name: string }) {
  const [info, setInfo] = useState<LedgerInfo | null>(null);
  const [moves, setMoves] = useState<PlannedMove[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [planError, setPlanError] = useState<unknown>(null);
  const open = (): void => {
    setError(null);
    api.describe({ ledger: name }).then(setInfo, setError);
    if (session.value?.kind === 'server') {
      setPlanError(new CallError(codes.denied, 'this page reads and verifies only', ''));
    } else api.plan({ ledger: name }).then((plan) => setMoves(plan.moves), setPlanError);
  };
  useEffect(open, [name]);
  if (error !== null) return <Failure error={error} again={open} />;
  if (!info) return <Loading what="the ledger" />;
  const policy = info.retention;
  return (
    <div class="cards">
      <Card title="Where the entries are">
        <TierBar tiers={info.tiers} />
        {info.first_readable > 0 && (
          <p class="dim">
            Entries before {count(info.first_readable)} have expired. Their hashes stay: receipts of them still verify,
            and <a href={link('search', '_audit', { q: '@content_type=application/x-ledgerstore-event' })}>_audit</a>{' '}
            has their tombstones.
          </p>
        )}
      </Card>
      <Card title="Policy">
        {policy ? (
          <Facts
            rows={[
              ['Warm after', durationText(policy.warm_after)],
              ['Cold after', durationText(policy.cold_after)],
              ['Expire after', durationText(policy.expire_after)],
              ['Expire beyond', policy.expire_beyond_bytes > 0 ? bytesText(policy.expire_beyond_bytes) : 'no limit'],
              ['Never before', policy.floor ? durationText(policy.floor) : 'no floor'],
            ]}
          />
        ) : (
          <p class="dim">There is none: entries are kept for ever, as they were written.</p>
        )}
      </Card>
      <Card title="Holds">
        {info.holds.length === 0 ? (
          <p class="dim">Nothing is held.</p>
        ) : (
          <ul class="rows">
            {info.holds.slice(0, 500).map((hold) => (
              <li key={hold.id}>
                <strong>
                  <Visible text={hold.id} />
                </strong>
                <span>
                  {hold.count === 0
                    ? `from entry ${count(hold.first_index)} on`
                    : `entries ${count(hold.first_index)} to ${count(hold.first_index + hold.count - 1)}`}{' '}
                  · <Visible text={hold.reason} /> · by <Visible text={hold.placed_by} />,{' '}
                  <Time ms={stampMs(hold.placed)} />
                  {hold.released && (
                    <>
                      , released <Time ms={stampMs(hold.released)} />
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title="What comes next" wide>
        {planError !== null ? (
          isDenied(planError) ? (
            <p class="dim">
              The plan is for those who administer the ledger: <code>ledger retention plan {name}</code>.
            </p>
          ) : (
            <p class="dim">
              <Visible text={messageOf(planError)} />
            </p>
          )
        ) : !moves ? (
          <Loading what="the plan" />
        ) : moves.length === 0 ? (
          <p class="dim">Nothing is due.</p>
        ) : (
          <Moves moves={moves} />
        )}
      </Card>
    </div>
  );
}

function Moves({ moves }: { moves: PlannedMove[] }) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="Planned moves">
      <table>
        <thead>
          <tr>
            <th>Due</th>
            <th>Entries</th>
            <th>From</th>
            <th>To</th>
            <th class="right">Stored</th>
            <th>Held by</th>
          </tr>
        </thead>
        <tbody>
          {moves.slice(0, 200).map((move, i) => (
            <tr key={i}>
              <td>
                <Time ms={stampMs(move.due)} />
              </td>
              <td class="num">
                {count(move.first_index)} to {count(move.first_index + move.count - 1)}
              </td>
              <td>{move.from_tier}</td>
              <td>{move.to_tier}</td>
              <td class="right num">{bytesText(move.stored_bytes)}</td>
              <td>
                <Visible text={move.held_by || '—'} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {moves.length > 200 && <p class="dim">and {count(moves.length - 200)} later ones</p>}
    </div>
  );
}
