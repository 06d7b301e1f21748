// An entry: protobuf in one encoding only, as docs/FORMAT.md draws it, and the bundle of up to 256 of them. Bytes in
// any other encoding are refused, though they may have the right hash: nobody may read two things out of one entry.
// Pure; page and worker.
import { type Bytes, demand, Refused, textOf } from './bytes';

export const entryBytesMax = 65535;

export interface Entry {
  micros: bigint;
  appender: string;
  producer: string;
  sequence: bigint;
  contentType: string;
  payload: Bytes;
  salt: Bytes;
}

export const filler = 'application/x-ledgerstore-filler';
export const storeEvent = 'application/x-ledgerstore-event';
export const envelope = '; envelope=intake';

const order = [0x09, 0x12, 0x1a, 0x20, 0x2a, 0x32, 0x3a];
const limits: Record<number, number> = { 0x12: 255, 0x1a: 128, 0x2a: 128, 0x32: 64512, 0x3a: 16 };

export function decodeEntry(bytes: Uint8Array): Entry {
  demand(bytes.length >= 9 && bytes[0] === 0x09, 'an entry does not begin with its time');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = new Map<number, Bytes>();
  let sequence = 0n;
  let at = 9;
  let last = 0;
  while (at < bytes.length) {
    const tag = bytes[at++];
    const place = order.indexOf(tag);
    demand(place > last, 'the fields of an entry are not in their order');
    last = place;
    const number = varint(bytes, at);
    at = number.end;
    demand(number.value > 0n, 'an entry has a field that is there and empty');
    if (tag === 0x20) {
      sequence = number.value;
      continue;
    }
    demand(number.value <= BigInt(limits[tag]), 'a field of an entry is longer than it may be');
    const length = Number(number.value);
    demand(at + length <= bytes.length, 'an entry is cut off');
    parts.set(tag, bytes.slice(at, at + length) as Bytes);
    at += length;
  }
  return entryOf(view.getBigInt64(1, true), sequence, parts);
}

function entryOf(micros: bigint, sequence: bigint, parts: Map<number, Bytes>): Entry {
  const none = new Uint8Array(0);
  const text = (tag: number, what: string): string => textOf(parts.get(tag) ?? none, what);
  const producer = text(0x1a, 'a producer');
  const salt = parts.get(0x3a) ?? none;
  demand((producer !== '') === sequence > 0n, 'an entry has a producer without a sequence, or the other way round');
  demand(salt.length === 0 || salt.length === 16, 'the salt of an entry has not 16 bytes');
  return {
    micros,
    sequence,
    producer,
    salt,
    appender: text(0x12, 'an appender'),
    contentType: text(0x2a, 'a content type'),
    payload: parts.get(0x32) ?? none,
  };
}

function varint(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = start, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    value |= BigInt(bytes[at] & 0x7f) << shift;
    if (bytes[at] >= 0x80) continue;
    demand((at === start || bytes[at] !== 0) && value < 1n << 64n, 'a number of an entry is not the shortest there is');
    return { value, end: at + 1 };
  }
  throw new Refused('an entry is cut off in a number');
}

/** The entries of a C2SP bundle: for each its length (u16, big-endian) and its bytes. */
export function splitBundle(bundle: Uint8Array): Bytes[] {
  const entries: Bytes[] = [];
  for (let at = 0; at < bundle.length;) {
    demand(at + 2 <= bundle.length, 'a bundle is cut off');
    const length = bundle[at] * 256 + bundle[at + 1];
    demand(at + 2 + length <= bundle.length, 'a bundle is cut off');
    entries.push(bundle.slice(at + 2, at + 2 + length) as Bytes);
    at += 2 + length;
  }
  return entries;
}
