// Where no index helps, the entries of a range are read, each bundle with the path that proves it. They stay bytes here:
// the worker looks at what they say.
// Page thread.
import { type Bytes, concat } from '../verify/bytes';
import { splitBundle } from '../verify/entry';
import type { SignedTree } from '../verify/range';
import type { Answer } from '../verify/search/cover';
import { bundleEntries, hashesBelowBundle } from '../verify/tree';
import { api } from '../wire/api';

const leftOut = 'the server left it out';

interface Gone {
  reason: string;
  tombstone: number;
}

export interface ScanTrees {
  ledger: SignedTree;
  audit: SignedTree | null;
}

/** What there is to say of each bundle of a range of whole bundles; the last one may be the tree's incomplete one. */
export async function scan(
  ledger: string,
  trees: ScanTrees,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Answer[]> {
  const entries: (Bytes | Gone)[] = [];
  for await (const event of api.read({ ledger, index: from, limit: to - from }, signal)) {
    if (event.entries) {
      const { first_index: first, bundle } = event.entries;
      splitBundle(bundle).forEach((bytes, i) => (entries[first + i - from] = bytes));
    }
    const lost = event.expired ?? event.unreadable;
    if (!lost) continue;
    const gone = { reason: event.unreadable?.reason ?? 'expired', tombstone: event.expired?.tombstone ?? -1 };
    const end = Math.min(lost.first_index + lost.count, to);
    for (let index = Math.max(from, lost.first_index); index < end; index++) entries[index - from] = gone;
  }
  const answers: Promise<Answer>[] = [];
  for (let at = 0; at < to - from; at += bundleEntries) {
    const count = Math.min(bundleEntries, to - from - at);
    const some = Array.from({ length: count }, (_, i) => entries[at + i] ?? { reason: leftOut, tombstone: -1 });
    answers.push(answerOf(ledger, trees, from + at, some, signal));
  }
  return Promise.all(answers);
}

async function answerOf(
  ledger: string,
  trees: ScanTrees,
  first: number,
  entries: (Bytes | Gone)[],
  signal: AbortSignal,
): Promise<Answer> {
  const gone = entries.find((one): one is Gone => !(one instanceof Uint8Array));
  const count = entries.length;
  if (gone && gone.tombstone >= 0 && trees.audit && gone.tombstone < trees.audit.size) {
    return expired(trees.audit, first, count, gone.tombstone, signal);
  }
  if (gone) return { kind: 'unreadable', first, count, reason: gone.reason };
  const { hashes } = await api.inclusion({ ledger, index: first, size: trees.ledger.size }, signal);
  const path = hashes.slice(hashesBelowBundle(count));
  return { kind: 'bundle', bundle: first / bundleEntries, entries: joined(entries as Bytes[]), path };
}

async function expired(
  audit: SignedTree,
  first: number,
  count: number,
  index: number,
  signal: AbortSignal,
): Promise<Answer> {
  const ledger = '_audit';
  const proof = await api.inclusion({ ledger, index, size: audit.size }, signal);
  let entry: Bytes | null = null;
  for await (const { entries } of api.read({ ledger, index, limit: 1 }, signal)) {
    if (entries) entry = splitBundle(entries.bundle)[0];
  }
  if (!entry)
    return { kind: 'unreadable', first, count, reason: `its tombstone, entry ${index} of _audit, did not come` };
  return { kind: 'expired', first, count, tombstone: { index, entry, path: proof.hashes } };
}

export function joined(entries: Bytes[]): Bytes {
  return concat(...entries.flatMap((bytes) => [Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]));
}
