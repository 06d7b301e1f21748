// Whether an answer accounts for every entry of a range, exactly once: docs/FORMAT.md, "What a complete answer accounts
// for". What is left over makes it incomplete; what does not verify is a lie, and says which.
// Holds what was said so far; page and worker, one user.
import { type Bytes, demand, equal, hex } from '../bytes';
import { decodeEntry, splitBundle, storeEvent } from '../entry';
import { Event } from '../../wire/events';
import { decode } from '../../wire/codec';
import { bundleEntries, hashOf, leafHash, rootOf, segmentEntries, treeRoot } from '../tree';
import type { SignedTree } from '../range';
import { type BundleSet, bundlesOf, everyBundle, type Facts, parseFacts, termOf, termsOf, zoneBundles } from './facts';
import { Clause, type Said, saidBy, verdictOf } from './record';
import { isZone, parseSpec, type Spec, typedClause } from './spec';
import type { Value } from './values';

export type NamedTree = SignedTree & { origin: string };

export interface Question {
  ledger: string;
  spec: string;
  clauses: string[];
  first: number;
  end: number;
  trees: { ledger: NamedTree; index: NamedTree | null; audit: NamedTree | null };
}

export interface Proven {
  index: number;
  entry: Bytes;
  path: Bytes[];
}

export interface Page {
  field: number;
  page: number;
  bytes: Bytes;
  path: Bytes[];
}

export type Answer =
  | { kind: 'segment'; segment: number; statement: Proven; path: Bytes[]; pages: Page[]; key: Bytes }
  | { kind: 'bundle'; bundle: number; entries: Bytes; path: Bytes[] }
  | { kind: 'expired'; first: number; count: number; tombstone: Proven }
  | { kind: 'unreadable'; first: number; count: number; reason: string };

export interface Found {
  index: number;
  entry: Bytes;
  isMaybe: boolean;
}

export interface Tally {
  delivered: number;
  excluded: number;
  expired: number;
  unreadable: { first: number; count: number; reason: string }[];
  open: number;
}

const termsKept = 4096;
const statementType = 'application/x-ledgerstore-index';
const segmentBundles = segmentEntries / bundleEntries;

type Segment = { facts: Facts; pages: Map<number, Bytes>; key: Bytes | null };

export class Cover {
  private readonly spec: Spec;
  private readonly clauses: Clause[];
  private readonly open = new Set<number>();
  private readonly terms = new Map<string, Bytes[]>();
  private readonly segments = new Map<number, Segment>();
  private readonly tally: Tally = { delivered: 0, excluded: 0, expired: 0, unreadable: [], open: 0 };

  constructor(private readonly question: Question) {
    const { first, end, trees } = question;
    demand(first >= 0 && first <= end && end <= trees.ledger.size, 'the range of a search is not in the signed tree');
    this.spec = parseSpec(question.spec);
    this.clauses = question.clauses.map((text) => new Clause(this.spec, typedClause(text)));
    for (let bundle = Math.floor(first / bundleEntries); bundle * bundleEntries < end; bundle++) {
      if (first < end) this.open.add(bundle);
    }
  }

  /** Takes the next part of the answer; what it has for the asker comes back. */
  take(answer: Answer): Found[] {
    switch (answer.kind) {
      case 'segment':
        this.segment(answer);
        return [];
      case 'bundle':
        return this.bundle(answer);
      case 'expired':
        this.expired(answer);
        return [];
      case 'unreadable':
        this.whole(answer.first, answer.count, 'unreadable');
        this.tally.unreadable.push(answer);
        return [];
    }
  }

  get sum(): Tally {
    return { ...this.tally, open: this.open.size };
  }

  private account(bundle: number): void {
    demand(this.open.delete(bundle), `bundle ${bundle} is accounted for twice, or was not asked for`);
  }

  private segment(answer: Answer & { kind: 'segment' }): void {
    const { ledger, index } = this.question.trees;
    const number = answer.segment;
    demand(
      index !== null &&
        (number + 1) * segmentEntries <= ledger.size &&
        !this.segments.has(number) &&
        answer.statement.index === number,
      'a segment is not complete, was answered twice, or has another’s statement',
    );
    demandIn(index, answer.statement, 'a statement');
    const { producer, sequence, contentType, payload } = decodeEntry(answer.statement.entry);
    demand(
      producer === 'index' && sequence === BigInt(number) + 1n && contentType === statementType,
      'an entry of the index ledger is not the statement of this segment',
    );
    const facts = parseFacts(payload, this.spec);
    demand(facts.origin === ledger.origin && facts.segment === number, 'a statement is of another ledger or segment');
    demand(
      equal(facts.specId, this.spec.id) && facts.fields === this.spec.fields.length,
      'a statement is by another spec',
    );
    const reached = rootOf(number, Math.ceil(ledger.size / segmentEntries), facts.segmentRoot, answer.path);
    demand(reached !== null && equal(reached, ledger.root), 'a statement is of other entries');
    const pages = this.pages(answer.pages, facts);
    const segment = { facts, pages, key: this.keyOf(answer.key, facts, pages) };
    this.segments.set(number, segment);
    this.exclude(number, this.candidates(segment));
  }

  // Without the key that the terms were made with nobody would be in their pages.
  private keyOf(key: Bytes, { keyHash }: Facts, pages: Map<number, Bytes>): Bytes | null {
    if (!keyHash) {
      demand(key.length === 0, 'a key came with an index that has none');
      return null;
    }
    const hasTerms = [...pages.keys()].some((place) => !isZone(this.spec.fields[Math.floor(place / 256)]));
    if (key.length === 0 && !hasTerms) return null;
    demand(
      key.length === 32 && equal(hashOf(key), keyHash),
      'the key of an index is missing, or is not the one whose hash was signed',
    );
    return key;
  }

  private pages(given: Page[], facts: Facts): Map<number, Bytes> {
    const pages = new Map<number, Bytes>();
    for (const { field, page, bytes, path } of given) {
      const place = 256 * field + page;
      demand(
        field < facts.fields && page < 256 && !pages.has(place),
        'a page was sent twice, or there is none of this name',
      );
      const reached = rootOf(place, 256 * facts.fields, leafHash(bytes), path);
      demand(reached !== null && equal(reached, facts.root), 'a page is not the one that was signed');
      pages.set(place, bytes);
    }
    return pages;
  }

  private exclude(segment: number, candidates: BundleSet): void {
    for (let b = 0; b < segmentBundles; b++) {
      const bundle = segment * segmentBundles + b;
      const isAsked =
        bundle >= Math.floor(this.question.first / bundleEntries) && bundle * bundleEntries < this.question.end;
      if (candidates.has(b) || !isAsked) continue;
      this.account(bundle);
      this.tally.excluded++;
    }
  }

  private candidates(segment: Segment): BundleSet {
    let candidates = everyBundle();
    for (const clause of this.clauses) {
      const of = this.candidatesOf(clause, segment);
      candidates = new Set(
        [...candidates].filter((b) => of.has(b) || (clause.isOfRecord && segment.facts.opaque.has(b))),
      );
    }
    return candidates;
  }

  private candidatesOf(clause: Clause, { facts, pages, key }: Segment): BundleSet {
    const { number, field } = clause;
    if (isZone(field)) {
      const zone = facts.zones.get(number);
      if (!zone || !clause.mayBeWithin(...zone)) return new Set();
      const page = pages.get(256 * number);
      return page ? zoneBundles(field, page, (low, high) => clause.mayBeWithin(low, high)) : everyBundle();
    }
    if (facts.keyHash && !key) return everyBundle();
    const found: BundleSet = new Set();
    for (const text of clause.texts) {
      const term = termOf(this.spec, key, number, clause.typed.kind === 'Prefix', text);
      const page = pages.get(256 * number + term[0]);
      if (!page) return everyBundle();
      for (const bundle of bundlesOf(page, term)) found.add(bundle);
    }
    return found;
  }

  private bundle({ bundle, entries: bytes, path }: Answer & { kind: 'bundle' }): Found[] {
    const { ledger } = this.question.trees;
    const entries = splitBundle(bytes);
    demand(
      entries.length === Math.min(bundleEntries, ledger.size - bundle * bundleEntries),
      'a bundle has not all its entries',
    );
    const reached = rootOf(bundle, Math.ceil(ledger.size / bundleEntries), treeRoot(entries.map(leafHash)), path);
    demand(reached !== null && equal(reached, ledger.root), `bundle ${bundle} has other entries than the signed tree`);
    this.account(bundle);
    this.tally.delivered++;
    const found: Found[] = [];
    entries.forEach((entry, i) => {
      const index = bundle * bundleEntries + i;
      const said = saidBy(this.spec, entry);
      this.compare(bundle, said);
      const verdict = index >= this.question.first && index < this.question.end && verdictOf(this.clauses, said);
      if (verdict !== false) found.push({ index, entry, isMaybe: verdict === null });
    });
    return found;
  }

  // An entry that is looked at convicts an index that says otherwise of it.
  private compare(bundle: number, { values, isOpaque }: Said): void {
    const segment = this.segments.get(Math.floor(bundle / segmentBundles));
    if (!segment) return;
    const { facts } = segment;
    const within = bundle % segmentBundles;
    demand(!isOpaque || facts.opaque.has(within), 'the index is false: the mark of an opaque record is missing');
    for (const [number, of] of values) {
      for (const value of of) this.compareValue(segment, number, value, within);
    }
  }

  private compareValue({ facts, pages, key }: Segment, number: number, value: Value, bundle: number): void {
    if (isZone(this.spec.fields[number])) {
      const zone = facts.zones.get(number);
      const accepts = (low: bigint | number, high: bigint | number): boolean =>
        low <= (value as number) && (value as number) <= high;
      demand(zone !== undefined && accepts(...zone), 'the index is false: a value is outside of its zone');
      const page = pages.get(256 * number);
      demand(
        !page || zoneBundles(this.spec.fields[number], page, accepts).has(bundle),
        'the index is false: a value is outside of the zone of its bundle',
      );
      return;
    }
    // A term's hash is only worth its time where a page of its field was sent.
    if (![...pages.keys()].some((place) => Math.floor(place / 256) === number)) return;
    for (const term of this.termsOf(key, number, value as string)) {
      const page = pages.get(256 * number + term[0]);
      demand(!page || bundlesOf(page, term).has(bundle), 'the index is false: a term is missing');
    }
  }

  // Records say few things many times.
  private termsOf(key: Bytes | null, number: number, value: string): Bytes[] {
    const name = `${key ? hex(key) : ''}:${number}=${value}`;
    let terms = this.terms.get(name);
    if (!terms) {
      if (this.terms.size >= termsKept) this.terms.clear();
      this.terms.set(name, (terms = termsOf(this.spec, key, number, value)));
    }
    return terms;
  }

  private expired({ first, count, tombstone }: Answer & { kind: 'expired' }): void {
    const { audit } = this.question.trees;
    demand(audit !== null, 'what expired cannot be proven: there is no verified checkpoint of _audit');
    demandIn(audit, tombstone, 'a tombstone');
    const { contentType, payload } = decodeEntry(tombstone.entry);
    const said = contentType === storeEvent ? decode(Event, payload).tombstone : null;
    demand(
      said !== null &&
        said.ledger === this.question.ledger &&
        first >= said.first_index &&
        first + count <= said.first_index + said.count,
      'an entry of _audit is not the tombstone of these entries',
    );
    this.whole(first, count, 'expired');
    this.tally.expired += count;
  }

  private whole(first: number, count: number, what: string): void {
    const [end, size] = [first + count, this.question.trees.ledger.size];
    demand(
      first % bundleEntries === 0 && (end % bundleEntries === 0 || end === size) && first < end && end <= size,
      `what is ${what} are not whole bundles of the ledger`,
    );
    for (let bundle = first / bundleEntries; bundle * bundleEntries < end; bundle++) this.account(bundle);
  }
}

function demandIn(tree: SignedTree, { index, entry, path }: Proven, what: string): void {
  const reached = rootOf(index, tree.size, leafHash(entry), path);
  demand(reached !== null && equal(reached, tree.root), `${what} is not in its ledger`);
}
