// Who used which right, when last, and who was refused: summed from the store's own record.
// Pure.
import { storeEvent } from '../verify/entry';
import { decode } from '../wire/codec';
import { Event } from '../wire/events';
import { callText } from '../view/summary';
import type { Row } from './rows';

export interface Use {
  identity: string;
  ledger: string;
  what: string;
  calls: number;
  entries: number;
  lastMicros: bigint;
  lastIndex: number;
  isRefusal: boolean;
}

export function usesOf(rows: Row[]): Use[] {
  const uses = new Map<string, Use>();
  for (const row of rows) {
    if (row.entry?.contentType !== storeEvent) continue;
    const event = eventOf(row);
    const said = event?.access ?? event?.denials;
    if (!event || !said) continue;
    const isRefusal = event.denials !== null;
    const who = said.person ? `${said.identity || 'nobody'}: ${said.person}` : said.identity;
    const key = [who, said.ledger, said.call, isRefusal].join('\n');
    const use = uses.get(key) ?? {
      identity: who,
      ledger: said.ledger,
      what: callText(said.call),
      calls: 0,
      entries: 0,
      lastMicros: 0n,
      lastIndex: 0,
      isRefusal,
    };
    use.calls += Math.max(1, event.access ? event.access.repeated_calls : event.denials!.count);
    use.entries += event.access?.count ?? 0;
    if (row.entry.micros >= use.lastMicros) [use.lastMicros, use.lastIndex] = [row.entry.micros, row.index];
    uses.set(key, use);
  }
  return [...uses.values()].sort((a, b) => (a.lastMicros < b.lastMicros ? 1 : -1));
}

export function eventOf(row: Row): Event | null {
  try {
    return decode(Event, row.entry!.payload);
  } catch {
    return null;
  }
}
