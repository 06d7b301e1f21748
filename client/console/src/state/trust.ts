// What this browser knows of one ledger's signed tree: the newest checkpoint that a trusted key signed and that
// continues all that it saw before. The last one is kept, so that a server cannot show another history after a
// reload.
// Page thread; the worker computes.
import { signal } from '@preact/signals';
import { type Bytes, equal, fromBase64, Refused, toBase64 } from '../verify/bytes';
import type { VerifiedCheckpoint } from '../verify/checkpoint';
import { CannotCheck } from '../verify/note';
import { api } from '../wire/api';
import type { Of } from '../wire/codec';
import type { LogKey } from '../wire/messages';
import { CallError } from '../wire/grpcWeb';
import { verify } from '../worker/client';
import { served } from './served';
import { session } from './session';
import { failed, isFromServer, unchecked, type Verdict, verified } from './verdict';

interface Seen {
  size: number;
  root: string;
}

export class LedgerTrust {
  readonly verdict = signal<Verdict>(unchecked('nothing was asked yet'));
  readonly checkpoint = signal<VerifiedCheckpoint | null>(null);
  readonly isAsking = signal(false);
  note: Bytes = new Uint8Array(0);
  private running: Promise<void> | null = null;

  constructor(readonly ledger: string) {}

  /** Asks for the newest checkpoint; what was verified before stays what it was. */
  refresh(): Promise<void> {
    if (this.running) return this.running;
    this.isAsking.value = true;
    this.running = this.ask().finally(() => {
      this.running = null;
      this.isAsking.value = false;
    });
    return this.running;
  }

  private async ask(): Promise<void> {
    try {
      // A history that contradicted itself once stays refuted until the page is loaded anew.
      if (this.verdict.value.word === 'failed') return;
      const { note } = await api.checkpoint({ ledger: this.ledger, size: 0 });
      const origin = await verify('originOf', note);
      const told = await this.told();
      const own = expectedOrigins(this.ledger, session.value!.keys);
      const isOwn = own.length > 0 || !isFromServer.value;
      const keys = isOwn
        ? session.value!.keys
        : served(
            origin,
            told.map((key) => key.vkey),
          );
      const expected = isOwn ? own : expectedOrigins(this.ledger, keys);
      if (expected.length === 0) return void (this.verdict.value = noKey(this.ledger, origin));
      if (!expected.includes(origin)) {
        throw new Refused(
          `the checkpoint is of ${origin}; the trusted keys for ${this.ledger} are of ${expected.join(', ')}`,
        );
      }
      const opened = await verify(
        'checkpoint',
        note,
        origin,
        keys,
        told.map((key) => key.statement).filter((statement) => statement.length > 0),
      );
      await this.continueSeen(opened);
      this.note = note;
      this.checkpoint.value = opened;
      remember(origin, opened);
      this.verdict.value = verified(
        !isFromServer.value
          ? `signed by a trusted key at ${opened.size.toLocaleString()} entries`
          : isOwn
            ? `signed at ${opened.size.toLocaleString()} entries by a key that you put into this browser`
            : `signed at ${opened.size.toLocaleString()} entries by the key that the server itself names: it finds ` +
              'files that were changed, and not a server that lies',
      );
    } catch (error) {
      this.verdict.value = verdictOf(error);
    }
  }

  private async told(): Promise<Of<typeof LogKey>[]> {
    try {
      return (await api.keys({ ledger: this.ledger })).keys;
    } catch {
      return []; // a key that is trusted itself needs no statement
    }
  }

  private async continueSeen(now: VerifiedCheckpoint): Promise<void> {
    const before = this.checkpoint.value ?? recall(now.origin);
    if (!before || before.size === 0) return;
    if (before.size === now.size) {
      if (equal(before.root, now.root)) return;
      throw new Refused(`two signed trees of ${now.size} entries differ: the log showed two histories`);
    }
    if (before.size > now.size) {
      throw new Refused(
        `the newest checkpoint has ${now.size} entries, and this browser saw one of ${before.size} ` +
          `before: the ledger was rolled back`,
      );
    }
    const { hashes } = await api.consistency({ ledger: this.ledger, from: before.size, to: now.size });
    await verify('continues', before, now, hashes);
  }
}

function expectedOrigins(ledger: string, keys: string[]): string[] {
  const { public_name: store } = session.value!;
  const names = new Set(keys.map((key) => key.split('+')[0]));
  return [...names].filter((name) => (store ? name === `${store}/${ledger}` : name.endsWith(`/${ledger}`)));
}

function noKey(ledger: string, origin: string): Verdict {
  return unchecked(
    `no trusted key for ${ledger}. Get its key from whoever runs the store, and run: ` +
      `ledger trust add '${origin}+…'`,
  );
}

export function verdictOf(error: unknown): Verdict {
  if (error instanceof Refused) return failed(error.message);
  if (error instanceof CannotCheck || error instanceof CallError) return unchecked(error.message);
  return unchecked(`the check could not be made: ${(error as Error).message}`);
}

const keyOf = (origin: string): string => `ledgerstore.seen.${origin}`;

function remember(origin: string, { size, root }: VerifiedCheckpoint): void {
  try {
    localStorage.setItem(keyOf(origin), JSON.stringify({ size, root: toBase64(root) } satisfies Seen));
  } catch {
    // A browser that keeps nothing still compares what it sees while the page is open.
  }
}

function recall(origin: string): { size: number; root: Bytes } | null {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(origin)) ?? 'null') as Seen | null;
    return kept ? { size: kept.size, root: fromBase64(kept.root) } : null;
  } catch {
    return null;
  }
}

const all = new Map<string, LedgerTrust>();

export function trustOf(ledger: string): LedgerTrust {
  let one = all.get(ledger);
  if (!one) all.set(ledger, (one = new LedgerTrust(ledger)));
  return one;
}
