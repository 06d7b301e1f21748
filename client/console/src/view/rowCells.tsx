// The cells of an entry in a list: when, who, what; or why there is none. One way for every list.
// Page thread.
import type { ComponentChildren } from 'preact';
import type { Row } from '../state/rows';
import { microsToMs } from './format';
import { lineOf } from './summary';
import { plain, Visible } from './text';
import { Time } from './time';

/** `who` gets the appender's name; `lead` stands in front of what the record says. */
export function RowCells({
  row,
  who,
  lead,
}: {
  row: Row;
  who: (appender: string) => string;
  lead?: ComponentChildren;
}) {
  if (!row.entry) {
    return (
      <span class="cell list-wait dim">
        <Visible text={row.gone || 'its bytes are no entry'} />
      </span>
    );
  }
  return (
    <>
      <span class="cell-time">
        <Time ms={microsToMs(row.entry.micros)} />
      </span>
      <span class="cell cell-who" title={plain(row.entry.appender)}>
        <Visible text={who(row.entry.appender)} />
      </span>
      <span class="cell cell-what">
        {lead}
        <Visible text={lineOf(row.entry).replaceAll('\n', '⏎')} />
      </span>
    </>
  );
}
