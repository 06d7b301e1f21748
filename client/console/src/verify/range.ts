// Whether the entries of one bundle are those of a signed tree: their root, with the path of the bundle, leads to the
// tree's root. If it does not, proofs of single leaves tell which entry is another one.
// Pure; the worker runs it.
import { type Bytes, equal } from './bytes';
import { bundleEntries, hashesBelowBundle, isIncluded, leafHash, rootOf, treeRoot } from './tree';

export interface SignedTree {
  size: number;
  root: Bytes;
}

export interface LeafProof {
  index: number;
  leaf: Bytes;
  hashes: Bytes[];
}

/** The entries are all that the tree has of the bundle; the path is that of its first entry. */
export function isBundleOf(tree: SignedTree, bundle: number, entries: Uint8Array[], path: Uint8Array[]): boolean {
  const expected = Math.min(bundleEntries, tree.size - bundle * bundleEntries);
  if (expected <= 0 || entries.length !== expected) return false;
  const root = treeRoot(entries.map(leafHash));
  const above = path.slice(hashesBelowBundle(expected));
  const reached = rootOf(bundle, Math.ceil(tree.size / bundleEntries), root, above);
  return reached !== null && equal(reached, tree.root);
}

/** What a proven path says of the leaf's neighbour: its hash, where the neighbour is a leaf of the same bundle. */
export function provenLeaves(tree: SignedTree, proof: LeafProof): Map<number, Bytes> {
  const leaves = new Map<number, Bytes>();
  if (!isIncluded(proof.index, tree.size, proof.leaf, proof.hashes, tree.root)) return leaves;
  leaves.set(proof.index, proof.leaf);
  const neighbour = proof.index % 2 === 0 ? proof.index + 1 : proof.index - 1;
  if (neighbour < tree.size && proof.hashes.length > 0) leaves.set(neighbour, proof.hashes[0]);
  return leaves;
}

export interface Culprits {
  changed: number[];
  unproven: number[];
}

/** The entries that are not those of the tree, and those of which it cannot be said because a proof is missing. */
export function culprits(tree: SignedTree, first: number, entries: Uint8Array[], proofs: LeafProof[]): Culprits {
  const leaves = new Map<number, Bytes>();
  for (const proof of proofs) {
    for (const [index, leaf] of provenLeaves(tree, proof)) leaves.set(index, leaf);
  }
  const changed: number[] = [];
  const unproven: number[] = [];
  entries.forEach((entry, i) => {
    const leaf = leaves.get(first + i);
    if (!leaf) unproven.push(first + i);
    else if (!equal(leaf, leafHash(entry))) changed.push(first + i);
  });
  return { changed, unproven };
}
