// Trees and their proofs: the published vectors, and every size up to 70 against the definition of RFC 6962 itself.
// Test code.
import { describe, expect, it } from 'vitest';
import { type Bytes, fromBase64, hex } from '../src/verify/bytes';
import { culprits, isBundleOf } from '../src/verify/range';
import { isConsistent, isIncluded, leafHash, nodeHash, treeRoot } from '../src/verify/tree';
import { describeVectors, readVector, vectorFiles } from './vectors';

const lenient = (text: string): Bytes => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const unhex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));

// The definition, word for word: the largest power of two below n splits.
function rootByDefinition(leaves: Bytes[]): Bytes {
  if (leaves.length <= 1) return leaves.length === 1 ? leaves[0] : treeRoot([]);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

function path(index: number, leaves: Bytes[]): Bytes[] {
  if (leaves.length === 1) return [];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...path(index, left), rootByDefinition(right)]
    : [...path(index - split, right), rootByDefinition(left)];
}

function consistency(from: number, leaves: Bytes[], isWhole = true): Bytes[] {
  if (from === leaves.length) return isWhole ? [] : [rootByDefinition(leaves)];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return from <= split
    ? [...consistency(from, left, isWhole), rootByDefinition(right)]
    : [...consistency(from - split, right, false), rootByDefinition(left)];
}

const entries = (count: number): Bytes[] => Array.from({ length: count }, (_, i) => Uint8Array.of(i, i >> 8, 7));

describeVectors('the published vectors', () => {
  it.each(vectorFiles('merkle-inclusion'))('inclusion: %s', (file) => {
    const v = readVector(file);
    const proof = (v.proof ?? []).map(lenient);
    const said = isIncluded(v.leafIdx, v.treeSize, lenient(v.leafHash ?? ''), proof, lenient(v.root ?? ''));
    expect(said).toBe(!v.wantErr);
  });

  it.each(vectorFiles('merkle-consistency'))('consistency: %s', (file) => {
    const v = readVector(file);
    const [old, now] = [lenient(v.root1 ?? ''), lenient(v.root2 ?? '')];
    if (old.length === 12) return; // roots that are none: the vectors' README says to leave this case out
    expect(isConsistent(v.size1, v.size2, (v.proof ?? []).map(lenient), old, now)).toBe(!v.wantErr);
  });

  it('eight leaves, and the roots of all sizes', () => {
    const v = readVector('roots/ct-8-leaves.json');
    const leaves: Bytes[] = v.leaves_hex.map((leaf: string) => leafHash(unhex(leaf)));
    expect(leaves.map(hex)).toEqual(v.level0);
    v.roots_by_size.forEach((root: string, size: number) => expect(hex(treeRoot(leaves.slice(0, size)))).toBe(root));
  });
});

describe('trees of all small sizes', () => {
  it('have the root of the definition, and every path and every consistency proof verifies', () => {
    for (let size = 1; size <= 70; size++) {
      const leaves = entries(size).map(leafHash);
      const root = rootByDefinition(leaves);
      expect(hex(treeRoot(leaves))).toBe(hex(root));
      for (let i = 0; i < size; i++) {
        expect(isIncluded(i, size, leaves[i], path(i, leaves), root)).toBe(true);
        expect(isIncluded(i, size, leafHash(Uint8Array.of(99)), path(i, leaves), root)).toBe(false);
      }
      for (let from = 1; from <= size; from++) {
        const old = rootByDefinition(leaves.slice(0, from));
        expect(isConsistent(from, size, consistency(from, leaves), old, root)).toBe(true);
        const other = leafHash(Uint8Array.of(1, 2));
        expect(isConsistent(from, size, consistency(from, leaves), other, root)).toBe(false);
      }
    }
  });
});

describe('a bundle', () => {
  it.each([1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 1000])('is that of a tree of %i entries, or is not', (size) => {
    const all = entries(size);
    const leaves = all.map(leafHash);
    const tree = { size, root: treeRoot(leaves) };
    for (let bundle = 0; bundle * 256 < size; bundle++) {
      const mine = all.slice(bundle * 256, bundle * 256 + 256);
      const way = path(bundle * 256, leaves);
      expect(isBundleOf(tree, bundle, mine, way)).toBe(true);
      expect(isBundleOf(tree, bundle, mine.slice(1), way)).toBe(false);
      const changed = mine.map((entry, i) => (i === mine.length - 1 ? Uint8Array.of(66) : entry));
      expect(isBundleOf(tree, bundle, changed, way)).toBe(false);
      const first = bundle * 256;
      const proofs = mine.map((_, i) => ({
        index: first + i,
        leaf: leaves[first + i],
        hashes: path(first + i, leaves),
      }));
      const named = culprits(
        tree,
        first,
        changed,
        proofs.filter((proof) => proof.index % 2 === 0),
      );
      expect(named).toEqual({ changed: [first + mine.length - 1], unproven: [] });
    }
  });

  it('names nobody on the word of a leaf hash that is not proven', () => {
    const leaves = entries(4).map(leafHash);
    const tree = { size: 4, root: treeRoot(leaves) };
    const proofs = [{ index: 0, leaf: leafHash(Uint8Array.of(9)), hashes: path(0, leaves) }];
    expect(culprits(tree, 0, entries(2), proofs)).toEqual({ changed: [], unproven: [0, 1] });
  });
});

it('base64 has one spelling', () => {
  expect(() => fromBase64('AB==')).toThrow();
  expect(() => fromBase64('AA')).toThrow();
  expect(() => fromBase64('A A=')).toThrow();
  expect(hex(fromBase64('AA=='))).toBe('00');
});
