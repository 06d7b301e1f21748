// The ledgers that the user may see, and the server's status; asked for again and again while a page is looked at.
// Page thread.
import { signal } from '@preact/signals';
import { api } from '../wire/api';
import { CallError, codes } from '../wire/grpcWeb';
import type { LedgerInfo, Status } from '../wire/messages';
import { session } from './session';

const pagesMax = 200;

export const ledgers = signal<LedgerInfo[] | null>(null);
export const ledgersError = signal<unknown>(null);
export const status = signal<Status | null>(null);
export const statusError = signal<unknown>(null);

export async function loadLedgers(): Promise<void> {
  try {
    const all: LedgerInfo[] = [];
    let token = '';
    for (let page = 0; page < pagesMax; page++) {
      const answer = await api.ledgers({ page_size: 500, page_token: token });
      all.push(...answer.ledgers);
      token = answer.next_page_token;
      if (!token) break;
    }
    if (!all.some((one) => one.ledger === book)) all.push(...(await bookOfStore()));
    ledgers.value = all.sort((a, b) => order(a.ledger) - order(b.ledger) || (a.ledger < b.ledger ? -1 : 1));
    ledgersError.value = null;
  } catch (error) {
    ledgersError.value = error;
  }
}

// The store's own record is listed for those who may read it. Who may not is refused once and not each time: refusals
// are recorded, and that record is for others.
const book = '_audit';
const bookEveryMs = 60_000;
let isBookOpen = true;
let bookInfo: LedgerInfo[] = [];
let bookAskedMs = 0;

// Each look at it is in it: asking seldom keeps it about what people do.
async function bookOfStore(): Promise<LedgerInfo[]> {
  if (!isBookOpen || Date.now() - bookAskedMs < bookEveryMs) return bookInfo;
  bookAskedMs = Date.now();
  try {
    bookInfo = [await api.describe({ ledger: book })];
  } catch {
    isBookOpen = false;
  }
  return bookInfo;
}

// What people wrote first, then what the store keeps for itself.
const order = (name: string): number => (name.startsWith('_') ? 1 : 0);

export async function loadStatus(withHistory: boolean): Promise<void> {
  try {
    if (session.value?.kind === 'server') throw new CallError(codes.denied, 'this page reads and verifies only', '');
    status.value = await api.status({ with_history: withHistory });
    statusError.value = null;
  } catch (error) {
    statusError.value = error;
  }
}

export function infoOf(name: string): LedgerInfo | null {
  return ledgers.value?.find((one) => one.ledger === name) ?? null;
}

export const states = ['unknown', 'serving', 'read only', 'failed', 'recovering', 'frozen'];
