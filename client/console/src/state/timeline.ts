// The timeline of one identity: what records say of it, what it appended, and what the store recorded of its
// accesses, from several ledgers, in one order of time. Each ledger is searched as on the page for searches; the
// sentences stay apart.
// Page thread.
import { signal } from '@preact/signals';
import type { FoundRow } from '../view/found';
import { eventOf } from './review';
import { lastOf } from './book';
import { Search } from './search';
import { unchecked, type Verdict, verified } from './verdict';

export interface Source {
  ledger: string;
  search: Search | null;
  verdict: Verdict;
}

const auditMost = 8192;

export class Timeline {
  readonly rows = signal<FoundRow[]>([]);
  readonly sources = signal<Source[]>([]);
  readonly isRunning = signal(true);
  private readonly searches: Search[] = [];

  constructor(
    readonly who: string,
    readonly ledgers: string[],
    private readonly times: string[],
  ) {}

  async start(): Promise<void> {
    await Promise.all(this.ledgers.map((ledger) => (ledger === '_audit' ? this.accesses() : this.records(ledger))));
    this.isRunning.value = false;
  }

  stop(): void {
    for (const search of this.searches) search.stop();
    this.isRunning.value = false;
  }

  // A name in a record is asked for as the field "who"; one that looks like a certificate's is who appended.
  private async records(ledger: string): Promise<void> {
    const field = /^[a-z]+:\/\//.test(this.who) ? '@appender' : 'who';
    const value = this.who.replaceAll(/[\\{},]/g, '\\$&').replace(/\*$/, '\\*');
    const search = new Search({ ledger, clauses: [`${field}=${value}`, ...this.times], isNewestFirst: true });
    this.searches.push(search);
    const unsubscribe = search.found.subscribe((found) =>
      this.add(
        ledger,
        found.map((row) => ({ ...row, ledger, isMaybe: search.maybe.value.has(row.index) })),
      ),
    );
    await search.start();
    unsubscribe();
    this.sources.value = [...this.sources.value, { ledger, search, verdict: search.verdict.value }];
  }

  private async accesses(): Promise<void> {
    const ledger = '_audit';
    try {
      const { rows, first, end } = await lastOf(ledger, auditMost, null);
      const mine = rows.filter((row) => row.entry && this.isMine(row));
      this.add(
        ledger,
        mine.map((row) => ({ ...row, ledger })),
      );
      const isSure = rows.every((row) => row.verdict.word === 'verified');
      const why = `accesses among entries ${first.toLocaleString()} to ${(end - 1).toLocaleString()} of _audit`;
      this.sources.value = [
        ...this.sources.value,
        { ledger, search: null, verdict: isSure ? verified(why) : unchecked(`${why}; not all of them are signed yet`) },
      ];
    } catch (error) {
      this.sources.value = [
        ...this.sources.value,
        { ledger, search: null, verdict: unchecked((error as Error).message) },
      ];
    }
  }

  private isMine(row: FoundRow | Omit<FoundRow, 'ledger'>): boolean {
    const event = eventOf(row as FoundRow);
    const identity =
      event && (Object.values(event).find((one) => one && 'identity' in one) as { identity: string } | undefined);
    return (
      !!identity &&
      identity.identity !== '' &&
      (identity.identity === this.who || identity.identity.endsWith(`/${this.who}`))
    );
  }

  private add(ledger: string, rows: FoundRow[]): void {
    const others = this.rows.value.filter((row) => row.ledger !== ledger);
    this.rows.value = [...others, ...rows].sort((a, b) =>
      timeOf(a) === timeOf(b) ? b.index - a.index : timeOf(a) < timeOf(b) ? 1 : -1,
    );
  }
}

const timeOf = (row: FoundRow): bigint => row.entry?.micros ?? 0n;
