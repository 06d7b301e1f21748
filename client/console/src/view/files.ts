// Entries as files for other tools. CSV after RFC 4180; what a spreadsheet would run as a formula begins with an
// apostrophe.
// Pure.
import type { Row } from '../state/rows';
import { toBase64 } from '../verify/bytes';
import { microsToMs } from './format';
import { payloadOf } from './summary';

const columns = ['index', 'received', 'appender', 'producer', 'sequence', 'content_type', 'state', 'record'];

export function received(micros: bigint): string {
  const ms = new Date(microsToMs(micros));
  const rest = String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0');
  return Number.isNaN(ms.getTime()) ? String(micros) : ms.toISOString().replace('Z', `${rest}Z`);
}

function recordText(row: Row): string {
  const payload = payloadOf(row.entry!);
  return payload.kind === 'json' || payload.kind === 'text' ? payload.text : toBase64(row.entry!.payload);
}

export function csvOf(rows: Row[]): string {
  const lines = rows.map((row) => {
    const e = row.entry;
    return e
      ? [
          row.index,
          received(e.micros),
          e.appender,
          e.producer,
          e.producer && e.sequence,
          e.contentType,
          row.verdict.word,
          recordText(row),
        ]
      : [row.index, '', '', '', '', '', row.verdict.word, row.gone];
  });
  return [columns, ...lines].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}

export function cell(value: unknown): string {
  const text = String(value ?? '');
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function ndjsonOf(rows: Row[]): string {
  return (
    rows
      .map((row) => {
        const e = row.entry;
        if (!e) return JSON.stringify({ index: row.index, state: row.verdict.word, gone: row.gone });
        const payload = payloadOf(e);
        const isText = payload.kind === 'json' || payload.kind === 'text';
        return JSON.stringify({
          index: row.index,
          received: received(e.micros),
          appender: e.appender,
          ...(e.producer && { producer: e.producer, sequence: Number(e.sequence) }),
          content_type: e.contentType,
          state: row.verdict.word,
          ...(isText ? { record: payload.text } : { record_base64: toBase64(e.payload) }),
        });
      })
      .join('\n') + '\n'
  );
}
