// The statement about a segment's index, and its pages: docs/FORMAT.md, "Index of a segment". A set of bundles is 256
// booleans here; a page that cannot be read is refused.
// Pure; page and worker.
import { type Bytes, concat, demand, textOf, utf8 } from '../bytes';
import { leafHash } from '../tree';
import { type Field, isZone, type Spec } from './spec';
import { prefixesOf, type Value } from './values';

export type BundleSet = Set<number>;

export const everyBundle = (): BundleSet => new Set(Array(256).keys());

export function setOf(bytes: Uint8Array): BundleSet {
  demand(bytes.length === 32, 'a set of bundles is cut off');
  return new Set([...everyBundle()].filter((bundle) => bytes[bundle >> 3] & (1 << (bundle & 7))));
}

export interface Facts {
  fields: number;
  specId: Bytes;
  segment: number;
  segmentRoot: Bytes;
  root: Bytes;
  opaque: BundleSet;
  /** SHA-256 of the secret key of the terms; null where everybody knows their key. */
  keyHash: Bytes | null;
  origin: string;
  zones: Map<number, [bigint | number, bigint | number]>;
}

const fixed = 160;
const keyedVersion = 2;
const zoneBytes = 24;

export function parseFacts(data: Bytes, spec: Spec): Facts {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  demand(
    data.length >= fixed + 2 &&
      textOf(data.slice(0, 8), 'a statement') === 'LSIDXST1' &&
      [1, keyedVersion].includes(view.getUint32(8, true)),
    'an entry of the index ledger is no statement',
  );
  const isKeyed = view.getUint32(8, true) === keyedVersion;
  const head = fixed + (isKeyed ? 32 : 0);
  const zoneCount = view.getUint16(14, true);
  const end = head + zoneBytes * zoneCount;
  demand(
    data.length >= end + 2 && data.length === end + 2 + view.getUint16(end, true),
    'a statement does not end with an origin',
  );
  const zones = new Map<number, [bigint | number, bigint | number]>();
  for (let at = head; at < end; at += zoneBytes) {
    const number = view.getUint32(at, true);
    const field = spec.fields[number];
    demand(field !== undefined && isZone(field), 'a statement has a zone of a field that has none');
    zones.set(number, [zoneValue(field, view, at + 8), zoneValue(field, view, at + 16)]);
  }
  return {
    fields: view.getUint16(12, true),
    specId: data.slice(16, 48),
    segment: Number(view.getBigUint64(48, true)),
    segmentRoot: data.slice(56, 88),
    root: data.slice(88, 120),
    opaque: setOf(data.slice(128, fixed)),
    keyHash: isKeyed ? data.slice(fixed, head) : null,
    origin: textOf(data.slice(end + 2), 'the origin of a statement'),
    zones,
  };
}

function zoneValue(field: Field, view: DataView, at: number): bigint | number {
  return field.kind === 'number' ? view.getFloat64(at, true) : view.getBigInt64(at, true);
}

/** The bundles whose zone a test accepts; a zone page has a set and a pair for each bundle of it. */
export function zoneBundles(
  field: Field,
  page: Bytes,
  accepts: (smallest: bigint | number, largest: bigint | number) => boolean,
): BundleSet {
  if (page.length === 0) return new Set();
  const bundles = [...setOf(page.slice(0, 32))].sort((a, b) => a - b);
  demand(page.length === 32 + 16 * bundles.length, 'a page of zones is cut off');
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  return new Set(
    bundles.filter((_, i) => accepts(zoneValue(field, view, 32 + 16 * i), zoneValue(field, view, 40 + 16 * i))),
  );
}

/** A term: the first bytes of a keyed hash of field, kind and value. */
export function termOf(spec: Spec, key: Bytes | null, number: number, isPrefix: boolean, value: string): Bytes {
  const digest = leafHash(concat(key ?? spec.id.slice(0, 8), Uint8Array.of(number, isPrefix ? 1 : 0), utf8(value)));
  return digest.slice(0, spec.fields[number].kind === 'id' ? 3 : 4);
}

export function termsOf(spec: Spec, key: Bytes | null, number: number, value: Value): Bytes[] {
  const text = value as string;
  return [
    termOf(spec, key, number, false, text),
    ...prefixesOf(spec.fields[number], text).map((one) => termOf(spec, key, number, true, one)),
  ];
}

/** The bundles that a page names for a term. */
export function bundlesOf(page: Bytes, term: Bytes): BundleSet {
  if (page.length === 0) return new Set();
  const rest = term.slice(1);
  const width = rest.length;
  const isTerm = (at: number): boolean => rest.every((byte, i) => page[at + i] === byte);
  demand(page.length >= 4, 'a page of an index is cut off');
  const singles = new DataView(page.buffer, page.byteOffset).getUint32(0, true);
  let at = 4;
  demand(singles <= (page.length - 4) / (width + 1), 'a page of an index is cut off');
  for (let i = 0; i < singles; i++, at += width + 1) {
    if (isTerm(at)) return new Set([page[at + width]]);
  }
  while (at < page.length) {
    const count = page[at + width];
    const end = at + width + 1 + (count || 32);
    demand(count !== undefined && end <= page.length, 'a page of an index is cut off');
    if (isTerm(at)) return count ? new Set(page.slice(at + width + 1, end)) : setOf(page.slice(end - 32, end));
    at = end;
  }
  return new Set();
}
