// One search: what is asked, what was found so far, and what the answer is worth. By the index where the ledger has one
// and its statements can be verified; otherwise every bundle of the range is read and looked at. Both are accounted for
// by the same cover, in the worker.
// Page thread; the worker computes.
import { signal } from '@preact/signals';
import { type Bytes, concat } from '../verify/bytes';
import { decodeEntry } from '../verify/entry';
import type { Answer, Found, NamedTree, Page, Question, Tally } from '../verify/search/cover';
import { bundleEntries } from '../verify/tree';
import { api } from '../wire/api';
import { CallError, codes } from '../wire/grpcWeb';
import type { FieldsInfo } from '../wire/messages';
import { verify } from '../worker/client';
import type { Row } from './rows';
import { scan } from './scan';
import { ocsf } from './profile';
import { trustOf, verdictOf } from './trust';
import { unchecked, type Verdict, verified, words } from './verdict';

export interface Asked {
  ledger: string;
  clauses: string[];
  isNewestFirst: boolean;
}

export type SearchState = 'running' | 'paused' | 'done' | 'failed';

const pauseAfter = 500;
const showEveryMs = 300;
const scanBundles = 32;

export class Search {
  readonly state = signal<SearchState>('running');
  readonly found = signal<Row[]>([]);
  readonly maybe = signal<Set<number>>(new Set());
  readonly verdict = signal<Verdict>(unchecked('the search is under way'));
  readonly error = signal<unknown>(null);
  readonly isByIndex = signal(false);
  readonly hint = signal('');
  readonly tally: Tally = { delivered: 0, excluded: 0, expired: 0, unreadable: [], open: 0 };
  private leaving = new AbortController();
  private trees: Question['trees'] | null = null;
  private spec = '';
  private indexLedger = '';
  private pending: Row[] = [];
  private pendingMaybe: number[] = [];
  private shownMs = 0;
  private ahead: Promise<Answer[]> | null = null;
  private first = 0;
  private end = 0;

  constructor(readonly asked: Asked) {}

  /** The part of the ledger that was accounted for. */
  get covered(): [number, number] {
    const size = this.trees?.ledger.size ?? 0;
    return this.asked.isNewestFirst ? [this.end, size] : [0, this.first];
  }

  stop(): void {
    this.leaving.abort();
    if (this.state.value === 'running') this.state.value = 'paused';
  }

  async start(): Promise<void> {
    await this.guard(async () => {
      await this.open();
      await this.run();
    });
  }

  /** Goes on after a pause. */
  async more(): Promise<void> {
    if (this.leaving.signal.aborted) {
      this.leaving = new AbortController();
      this.ahead = null;
    }
    this.state.value = 'running';
    await this.guard(() => this.run(this.found.value.length + pauseAfter));
  }

  private async guard(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (this.leaving.signal.aborted) return;
      this.error.value = error;
      this.verdict.value = verdictOf(error);
      this.state.value = 'failed';
    }
  }

  private async open(): Promise<void> {
    const { ledger } = this.asked;
    const trust = trustOf(ledger);
    const [fields] = await Promise.all([fieldsOf(ledger), trust.refresh()]);
    const tree = trust.checkpoint.value;
    if (!tree || trust.verdict.value.word !== 'verified') {
      throw new Error(`A search is checked against a signed tree. ${trust.verdict.value.why}`);
    }
    const index = fields.spec === '' ? null : await treeOf(fields.index_ledger);
    const audit = await treeOf('_audit');
    this.isByIndex.value = index !== null;
    if (fields.spec !== '' && !index) {
      this.hint.value = `The index was not used: ${trustOf(fields.index_ledger).verdict.value.why}`;
    }
    this.spec = fields.spec || ocsf;
    this.indexLedger = fields.index_ledger;
    this.trees = { ledger: tree, index, audit };
    [this.first, this.end] = [0, tree.size];
  }

  private async run(pauseAt = pauseAfter): Promise<void> {
    while (this.first < this.end) {
      if (this.found.value.length >= pauseAt) {
        this.state.value = 'paused';
        break;
      }
      await (this.isByIndex.value ? this.indexedOrScanned() : this.scannedPage());
      if (this.leaving.signal.aborted) return;
      this.say();
    }
    if (this.first >= this.end) this.state.value = 'done';
    this.say();
  }

  // A directory may have no one who answers by its index; its entries can be read all the same.
  private async indexedOrScanned(): Promise<void> {
    try {
      await this.indexedPage();
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== codes.unimplemented) throw error;
      this.isByIndex.value = false;
      this.hint.value = 'The index was not used: this source does not answer by it. Every entry is read.';
    }
  }

  private async indexedPage(): Promise<void> {
    const { ledger, clauses, isNewestFirst } = this.asked;
    const trees = this.trees!;
    const parts = api.search(
      {
        ledger,
        index_ledger: this.indexLedger,
        clauses,
        first: this.first,
        end: this.end,
        newest_first: isNewestFirst,
        size: trees.ledger.size,
        index_size: trees.index!.size,
        audit_size: trees.audit?.size ?? 0,
      },
      this.leaving.signal,
    );
    let range: [number, number] | null = null;
    let cover = 0;
    for await (const answer of answersOf(parts)) {
      if (answer.kind === 'head') {
        range = this.pageOf(answer.first, answer.end);
        cover = await this.cover(range);
      } else {
        await this.take(cover, answer);
      }
    }
    if (!range) throw new Error('the server did not say what its answer is about');
    await this.close(cover, range);
  }

  private pageOf(first: number, end: number): [number, number] {
    const isEmpty = first >= end;
    const follows = this.asked.isNewestFirst
      ? end === this.end && first >= this.first
      : first === this.first && end <= this.end;
    if (isEmpty || !follows) throw new Error('the server answered about another part of the ledger than was asked for');
    return [first, end];
  }

  private async scannedPage(): Promise<void> {
    const range = this.nextRange(this.first, this.end);
    const answers = await (this.ahead ?? this.scan(range));
    // What comes next is fetched while the worker looks at this.
    const [first, end] = this.asked.isNewestFirst ? [this.first, range[0]] : [range[1], this.end];
    this.ahead = first < end ? this.scan(this.nextRange(first, end)) : null;
    this.ahead?.catch(() => {}); // it is looked at when its turn comes
    const cover = await this.cover(range);
    for (const answer of answers) await this.take(cover, answer);
    await this.close(cover, range);
  }

  private nextRange(first: number, end: number): [number, number] {
    if (!this.asked.isNewestFirst) return [first, Math.min(end, first + scanBundles * bundleEntries)];
    return [Math.max(first, (Math.ceil(end / bundleEntries) - scanBundles) * bundleEntries), end];
  }

  private scan([from, to]: [number, number]): Promise<Answer[]> {
    const { ledger, audit } = this.trees!;
    return scan(this.asked.ledger, { ledger, audit }, from, to, this.leaving.signal);
  }

  private cover([first, end]: [number, number]): Promise<number> {
    const { ledger, clauses } = this.asked;
    return verify('coverOpen', { ledger, clauses, spec: this.spec, first, end, trees: this.trees! });
  }

  private async take(cover: number, answer: Answer): Promise<void> {
    const found = await verify('coverTake', cover, answer);
    if (found.length > 0) this.add(found);
  }

  private async close(cover: number, [first, end]: [number, number]): Promise<void> {
    const sum = await verify('coverClose', cover);
    this.show();
    this.tally.delivered += sum.delivered;
    this.tally.excluded += sum.excluded;
    this.tally.expired += sum.expired;
    this.tally.unreadable.push(...sum.unreadable);
    this.tally.open += sum.open;
    if (this.asked.isNewestFirst) this.end = first;
    else this.first = end;
  }

  private add(found: Found[]): void {
    const why = `in the tree of ${this.trees!.ledger.size.toLocaleString()} entries that was signed`;
    const rows = found.map(({ index, entry }): Row => ({
      index,
      bytes: entry,
      entry: decodeEntry(entry),
      gone: '',
      verdict: verified(why),
    }));
    for (const row of rows) this.pending.push(row);
    for (const { index, isMaybe } of found) if (isMaybe) this.pendingMaybe.push(index);
    if (performance.now() - this.shownMs > showEveryMs) this.show();
  }

  // What was found is shown a few times a second: a large answer would be copied and sorted for each of its bundles.
  private show(): void {
    const order = this.asked.isNewestFirst ? -1 : 1;
    if (this.pending.length > 0) {
      this.found.value = this.found.value.concat(this.pending).sort((a, b) => order * (a.index - b.index));
      this.maybe.value = new Set([...this.maybe.value, ...this.pendingMaybe]);
    }
    this.pending = [];
    this.pendingMaybe = [];
    this.shownMs = performance.now();
  }

  // The sentence that says what the answer is worth, or what is missing.
  private say(): void {
    const [from, to] = this.covered;
    const size = this.trees!.ledger.size;
    if (to <= from) return;
    const range = `entries ${from.toLocaleString()} to ${(to - 1).toLocaleString()}`;
    const lost = this.tally.unreadable.reduce((sum, one) => sum + one.count, 0);
    if (this.tally.open > 0) {
      this.verdict.value = {
        word: 'failed',
        why: `Not complete: the server said nothing of ${this.tally.open} bundles of 256 among ${range}.`,
      };
    } else if (lost > 0) {
      const [one] = this.tally.unreadable;
      this.verdict.value = unchecked(
        `Not wholly checked for ${range} at checkpoint ${size.toLocaleString()}: of ${lost.toLocaleString()} ` +
          `entries from ${one.first.toLocaleString()} on the server says: ${one.reason}.`,
      );
    } else {
      this.verdict.value = verified(
        `Complete for ${range} at checkpoint ${size.toLocaleString()}, ${words.verified} in this browser.`,
      );
    }
  }
}

async function fieldsOf(ledger: string): Promise<FieldsInfo> {
  try {
    return await api.fields({ ledger });
  } catch {
    return { spec: '', index_ledger: '', indexed: 0, complete: 0 }; // then everything is read
  }
}

async function treeOf(ledger: string): Promise<NamedTree | null> {
  const trust = trustOf(ledger);
  await trust.refresh();
  return trust.verdict.value.word === 'verified' ? trust.checkpoint.value : null;
}

type Part = Awaited<ReturnType<ReturnType<typeof api.search>['next']>>['value'];

/** Puts together what comes in several messages: a segment with its pages, a bundle in parts. */
async function* answersOf(
  parts: AsyncIterable<Part>,
): AsyncGenerator<Answer | { kind: 'head'; first: number; end: number }> {
  let segment: (Answer & { kind: 'segment' }) | null = null;
  let begun: Bytes[] = [];
  for await (const { head, segment: next, page, bundle, expired, unreadable } of parts) {
    if (page && segment) {
      segment.pages.push({ field: page.field, page: page.page, bytes: page.content, path: page.path } satisfies Page);
      continue;
    }
    if (segment) yield segment;
    segment = null;
    if (head) yield { kind: 'head', first: head.first, end: head.end };
    if (next) {
      segment = {
        kind: 'segment',
        segment: next.segment,
        pages: [],
        path: next.segment_path,
        key: next.key,
        statement: { index: next.segment, entry: next.statement, path: next.statement_path },
      };
    }
    if (bundle) {
      begun.push(bundle.entries);
      if (bundle.has_more) continue;
      yield { kind: 'bundle', bundle: bundle.bundle, entries: concat(...begun), path: bundle.path };
      begun = [];
    }
    if (expired) {
      const { first, count, tombstone, entry, path } = expired;
      yield { kind: 'expired', first, count, tombstone: { index: tombstone, entry, path } };
    }
    if (unreadable) yield { kind: 'unreadable', ...unreadable };
  }
  if (segment) yield segment;
}
