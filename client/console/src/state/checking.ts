// The check of a bundle's rows against a signed tree: all at once by the bundle's root; one by one where that fails, so that
// the entry is named; and what expired by its tombstone, which must be in the signed tree of _audit.
// Page thread; the worker computes.
import type { Bytes } from '../verify/bytes';
import { storeEvent } from '../verify/entry';
import type { LeafProof, SignedTree } from '../verify/range';
import { bundleEntries } from '../verify/tree';
import { api } from '../wire/api';
import { verify } from '../worker/client';
import { eventOf } from './review';
import { bundleOf, leftOut, readRows, type Row } from './rows';
import { trustOf } from './trust';
import { failed, verified } from './verdict';

const proofsAtOnce = 8;
const book = '_audit';

export async function checkRows(ledger: string, tree: SignedTree, b: number, rows: Row[]): Promise<void> {
  const first = b * bundleEntries;
  if (rows.some((row) => row.bytes === null)) return checkEach(ledger, tree, rows);
  const bundle = bundleOf(rows);
  const { hashes } = await api.inclusion({ ledger, index: first, size: tree.size });
  if (await verify('bundle', tree, b, bundle, hashes)) {
    for (const row of rows) {
      if (row.entry) row.verdict = verified(`in the tree of ${tree.size.toLocaleString()} entries that was signed`);
    }
    return;
  }
  await nameCulprits(ledger, tree, first, rows, bundle);
}

async function nameCulprits(
  ledger: string,
  tree: SignedTree,
  first: number,
  rows: Row[],
  bundle: Bytes,
): Promise<void> {
  const proofs = await proofsOf(
    ledger,
    tree,
    rows.filter((row) => row.index % 2 === 0).map((row) => row.index),
  );
  const { changed, unproven } = await verify('culprits', tree, first, bundle, proofs);
  const last = first + rows.length - 1;
  for (const row of rows) {
    if (changed.includes(row.index)) row.verdict = failed(`entry ${row.index} is not what was signed: it was changed`);
    else if (!unproven.includes(row.index)) row.verdict = verified('its own proof leads to the signed tree');
    else
      row.verdict = failed(
        `entries ${first} to ${last} are not those that were signed, and the proofs that would ` +
          'tell which ones do not verify either',
      );
  }
}

async function checkEach(ledger: string, tree: SignedTree, rows: Row[]): Promise<void> {
  for (const row of rows) {
    if (row.gone === leftOut)
      row.verdict = failed(`entry ${row.index} is in the signed tree, and the server left it out`);
  }
  for (const tombstone of new Set(rows.map((row) => row.tombstone ?? -1))) {
    if (tombstone >= 0)
      await checkTombstone(
        ledger,
        tombstone,
        rows.filter((row) => row.tombstone === tombstone),
      );
  }
  const there = rows.filter((row) => row.bytes !== null);
  const proofs = await proofsOf(
    ledger,
    tree,
    there.map((row) => row.index),
  );
  for (const [i, row] of there.entries()) {
    const isThere = await verify('entry', tree, row.index, row.bytes!, proofs[i].hashes);
    row.verdict = isThere
      ? verified('its own proof leads to the signed tree')
      : failed(`entry ${row.index} is not what was signed`);
  }
}

async function proofsOf(ledger: string, tree: SignedTree, indexes: number[]): Promise<LeafProof[]> {
  const proofs: LeafProof[] = [];
  for (let at = 0; at < indexes.length; at += proofsAtOnce) {
    const some = indexes.slice(at, at + proofsAtOnce);
    proofs.push(
      ...(await Promise.all(
        some.map(async (index) => {
          const { leaf_hash: leaf, hashes } = await api.inclusion({ ledger, index, size: tree.size });
          return { index, leaf, hashes };
        }),
      )),
    );
  }
  return proofs;
}

// Who says that entries have expired names the entry of _audit that said so before they went.
async function checkTombstone(ledger: string, index: number, rows: Row[]): Promise<void> {
  const trust = trustOf(book);
  await trust.refresh();
  const tree = trust.checkpoint.value;
  if (!tree || trust.verdict.value.word !== 'verified' || index >= tree.size) return;
  const [row] = await readRows(book, index, 1);
  if (!row.entry) return;
  const { hashes } = await api.inclusion({ ledger: book, index, size: tree.size });
  const isThere = await verify('entry', tree, index, row.bytes!, hashes);
  const said = isThere && row.entry.contentType === storeEvent ? eventOf(row)?.tombstone : null;
  for (const one of rows) {
    const isCovered =
      said?.ledger === ledger && one.index >= said.first_index && one.index < said.first_index + said.count;
    one.verdict = isCovered
      ? verified(`expired by policy; its tombstone, entry ${index} of _audit, is in a signed tree`)
      : failed(`entry ${one.index} is said to have expired, and entry ${index} of _audit is not its tombstone`);
  }
}
