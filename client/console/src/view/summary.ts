// An entry in one line, and its payload as what it is: JSON, an event of the store, text, or bytes.
// Pure.
import { type Entry, filler, storeEvent } from '../verify/entry';
import { type Json, parseJson, textAt } from '../verify/json';
import { decode } from '../wire/codec';
import { Event } from '../wire/events';
import { count } from './format';

const lineMax = 400;

export type Payload =
  | { kind: 'json'; tree: Json; text: string }
  | { kind: 'event'; event: Event }
  | { kind: 'text'; text: string }
  | { kind: 'bytes' }
  | { kind: 'filler' }
  | { kind: 'empty' };

export function payloadOf(entry: Entry): Payload {
  if (entry.contentType === filler) return { kind: 'filler' };
  if (entry.payload.length === 0) return { kind: 'empty' };
  if (entry.contentType === storeEvent) {
    try {
      return { kind: 'event', event: decode(Event, entry.payload) };
    } catch {
      return { kind: 'bytes' };
    }
  }
  const text = strictText(entry.payload);
  if (text === null) return { kind: 'bytes' };
  const tree = /^\s*[{[]/.test(text) ? parseJson(text) : null;
  return tree ? { kind: 'json', tree, text } : { kind: 'text', text };
}

function strictText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

// Rows are drawn again and again while somebody scrolls; what they say does not change.
const lines = new WeakMap<Entry, string>();

export function lineOf(entry: Entry): string {
  let line = lines.get(entry);
  if (line === undefined) lines.set(entry, (line = makeLine(entry)));
  return line;
}

function makeLine(entry: Entry): string {
  const payload = payloadOf(entry);
  switch (payload.kind) {
    case 'json':
      return jsonLine(payload.tree) || payload.text.slice(0, lineMax);
    case 'event':
      return eventLine(payload.event);
    case 'text':
      return payload.text.slice(0, lineMax);
    case 'filler':
      return 'filler, made by the store to close a bundle';
    case 'empty':
      return 'no payload';
    case 'bytes':
      return `${count(entry.payload.length)} bytes that are no text`;
  }
}

// Of records in well-known formats, who did what to what; of others the text as it is.
function jsonLine(tree: Json): string {
  const who = textAt(tree, 'actor', 'user', 'name') || textAt(tree, 'actor', 'user', 'uid');
  const what = textAt(tree, 'api', 'operation');
  if (who || what) {
    const members = tree.kind === 'object' ? tree.members.find(([name]) => name === 'resources')?.[1] : null;
    const first = members?.kind === 'array' ? (members.items[0] ?? null) : null;
    const on = textAt(first, 'name') || textAt(first, 'uid');
    const outcome = textAt(tree, 'status');
    return [who, what, on && `on ${on}`, outcome && `\u2192 ${outcome}`].filter(Boolean).join(' ');
  }
  return textAt(tree, 'says') || textAt(tree, 'message');
}

function range(first: number, entries: number): string {
  return entries > 0 ? ` entries ${count(first)} to ${count(first + entries - 1)}` : '';
}

const timesText = (times: number): string => (times > 1 ? `, ${count(times)} times` : '');

export function eventLine(event: Event): string {
  const {
    access: a,
    denials: d,
    policy: p,
    ledger: l,
    retention: r,
    hold: h,
    tombstone: t,
    key: k,
    finding: f,
    lifecycle: c,
    expiry_notice: n,
    store: s,
  } = event;
  if (a) {
    const times = a.repeated_calls > 1 ? `, ${count(a.repeated_calls)} times` : '';
    return (
      `${whoText(a)} ${callText(a.call)} ${a.ledger}${range(a.first_index, a.count)}${times}` +
      `${a.clauses.length > 0 ? ` for ${a.clauses.join(' ')}` : ''} \u2192 ${a.status || 'under way'}`
    );
  }
  if (d)
    return `refused: ${whoText(d) || 'nobody known'} ${callText(d.call)} ${d.ledger}: ${d.reason}` + timesText(d.count);
  if (p)
    return `policy ${p.accepted ? 'changed' : 'refused'}${p.while_down ? ' while down' : ''}: ${p.difference || p.reason}`;
  if (l) return `ledger ${l.ledger} ${l.change} by ${l.identity || 'the store'}${l.reason ? `: ${l.reason}` : ''}`;
  if (r) return `retention of ${r.ledger} by ${r.identity}: ${r.before || 'none'} \u2192 ${r.after}`;
  if (h) return `hold ${h.id} on ${h.ledger} ${h.released ? 'released' : 'placed'} by ${h.identity}: ${h.reason}`;
  if (t) return `expired: ${t.ledger}${range(t.first_index, t.count)}, by ${t.policy}`;
  if (n) return `about to expire: ${n.ledger}${range(n.first_index, n.count)}, by ${n.policy}`;
  if (k) return `signing key rotated by ${k.identity}`;
  if (f) return `finding: ${f.ledger}${range(f.first_index, f.count)}: ${f.evidence}`;
  if (c) return `${c.change} ${c.version} ${c.detail}`.trim();
  if (s) return `the store is ${s.public_name}, id ${s.store_id}`;
  return 'an event of a kind that this page does not know';
}

const verbs: Record<string, string> = {
  'Reader/Read': 'read',
  'Searcher/Search': 'searched',
  'Searcher/GetFields': 'asked for the fields of',
  'Appender/Append': 'appended to',
  'Appender/AppendStream': 'appended to',
  'Verifier/GetCheckpoint': 'verified',
  'Verifier/WatchCheckpoints': 'watched',
  'Verifier/GetInclusionProof': 'asked for proofs of',
  'Verifier/GetConsistencyProof': 'asked for proofs of',
  'Verifier/GetReceipt': 'asked for receipts of',
  'Verifier/GetLogKeys': 'asked for the keys of',
  'Catalog/DescribeLedger': 'looked at',
  'Catalog/ListLedgers': 'listed ledgers',
  'Admin/GetStatus': 'asked for the status',
  'Admin/PlanRetention': 'asked for the retention plan of',
};

export function callText(call: string): string {
  const short = call.replace('ledgerstore.v1.', '');
  return verbs[short] ?? short;
}

const whoText = ({ identity, person }: { identity: string; person: string }): string =>
  person ? `${identity || 'nobody known'} (${person})` : identity;
