// The Merkle tree of RFC 6962: hashes, roots, and the checks of inclusion and consistency of RFC 9162, sections 2.1.3.2
// and 2.1.4.2. Sizes are doubles that are whole: arithmetic in place of bit operations, which end at 32 bits.
// Pure; page and worker.
import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, equal } from './bytes';

export const bundleEntries = 256;
export const segmentEntries = 65536;
const hashBytes = 32;

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

export function hashOf(bytes: Uint8Array): Bytes {
  return sha256(bytes) as Bytes;
}

export function leafHash(entry: Uint8Array): Bytes {
  return sha256.create().update(Uint8Array.of(0)).update(entry).digest() as Bytes;
}

const pair = new Uint8Array(1 + 2 * hashBytes);

export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  pair[0] = 1;
  pair.set(left, 1);
  pair.set(right, 1 + hashBytes);
  return sha256(pair) as Bytes;
}

/** The root over hashes that stand side by side: of leaves, or of subtrees of one height with a smaller last one. */
export function treeRoot(hashes: Uint8Array[]): Bytes {
  if (hashes.length === 0) return hashOf(new Uint8Array(0));
  let level = hashes as Bytes[];
  while (level.length > 1) {
    const above: Bytes[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(nodeHash(level[i], level[i + 1]));
    if (isOdd(level.length)) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}

/** The root that a path leads to; null if it can be no path of this index in a tree of this size. */
export function rootOf(index: number, size: number, node: Uint8Array, path: Uint8Array[]): Bytes | null {
  if (!(index >= 0 && index < size) || node.length !== hashBytes) return null;
  let at = index;
  let last = size - 1;
  let hash = node as Bytes;
  for (const sibling of path) {
    if (last === 0 || sibling.length !== hashBytes) return null;
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(at) && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 ? hash : null;
}

export function isIncluded(index: number, size: number, leaf: Uint8Array, path: Uint8Array[], root: Uint8Array) {
  const reached = rootOf(index, size, leaf, path);
  return reached !== null && equal(reached, root);
}

/** How many hashes a path has in its first levels, below the roots of whole bundles. */
export function hashesBelowBundle(entries: number): number {
  return Math.ceil(Math.log2(Math.max(1, Math.min(entries, bundleEntries))));
}

/** Whether the tree of the larger size begins with the tree of the smaller one. */
export function isConsistent(
  from: number,
  to: number,
  path: Uint8Array[],
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
): boolean {
  if (!(from > 0 && from <= to) || path.some((hash) => hash.length !== hashBytes)) return false;
  if (from === to) return path.length === 0 && equal(oldRoot, newRoot);
  if (path.length === 0) return false;
  let at = from - 1;
  let last = to - 1;
  while (isOdd(at)) {
    at = half(at);
    last = half(last);
  }
  // The smaller tree is one perfect subtree exactly if nothing is left: then its root begins the path.
  const hashes = at === 0 ? [oldRoot, ...path] : path;
  let old = hashes[0] as Bytes;
  let now = old;
  for (const hash of hashes.slice(1)) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      old = nodeHash(hash, old);
      now = nodeHash(hash, now);
      while (!isOdd(at) && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      now = nodeHash(now, hash);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && equal(old, oldRoot) && equal(now, newRoot);
}
