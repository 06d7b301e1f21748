// What the worker is asked and what it answers. Everything that is called verified on the page came from here: the page
// fetches, the worker computes.
// Holds the answers that are under way; runs in the worker, and in tests without one.
import type { Bytes } from '../verify/bytes';
import { demand } from '../verify/bytes';
import { openCheckpoint, originOf, type VerifiedCheckpoint } from '../verify/checkpoint';
import { splitBundle } from '../verify/entry';
import { verifyEvidence } from '../verify/evidence';
import { type Culprits, culprits, isBundleOf, type LeafProof, type SignedTree } from '../verify/range';
import { verifyReceipt } from '../verify/receipt';
import { follow, trusted } from '../verify/rotation';
import { type Answer, Cover, type Found, type Question, type Tally } from '../verify/search/cover';
import { verifySearch } from '../verify/search/file';
import { isConsistent, isIncluded, leafHash } from '../verify/tree';

const covers = new Map<number, Cover>();
let lastCover = 0;

export const jobs = {
  async checkpoint(note: Bytes, origin: string, vkeys: string[], statements: Bytes[]): Promise<VerifiedCheckpoint> {
    return openCheckpoint(note, origin, await follow(trusted(vkeys, origin), statements));
  },

  originOf: (note: Bytes): string => originOf(note),

  /** Whether a later tree continues an earlier one; throws if it does not. */
  continues(from: SignedTree, to: SignedTree, path: Bytes[]): true {
    demand(
      isConsistent(from.size, to.size, path, from.root, to.root),
      `the tree of size ${to.size} does not continue the one of size ${from.size} that this browser saw before`,
    );
    return true;
  },

  bundle: (tree: SignedTree, bundle: number, entries: Bytes, path: Bytes[]): boolean =>
    isBundleOf(tree, bundle, splitBundle(entries), path),

  culprits: (tree: SignedTree, first: number, entries: Bytes, proofs: LeafProof[]): Culprits =>
    culprits(tree, first, splitBundle(entries), proofs),

  entry: (tree: SignedTree, index: number, entry: Bytes, path: Bytes[]): boolean =>
    isIncluded(index, tree.size, leafHash(entry), path, tree.root),

  receipt: verifyReceipt,
  evidence: verifyEvidence,
  searchFile: verifySearch,

  /** Opens the check of an answer that comes in parts; the number names it until it is closed. */
  coverOpen(question: Question): number {
    covers.set(++lastCover, new Cover(question));
    return lastCover;
  },

  coverTake: (id: number, answer: Answer): Found[] => covers.get(id)!.take(answer),

  coverClose(id: number): Tally {
    const sum = covers.get(id)!.sum;
    covers.delete(id);
    return sum;
  },
};

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
