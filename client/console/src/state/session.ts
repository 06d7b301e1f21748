// What the host says of itself and of whom it trusts: /console.json, once. Of the command it names the keys of the user's
// trust file. A server names none: keys count that the viewer put into this browser; without them a tree is compared
// with the key that the server itself names, and nothing of that is called verified.
// Page thread.
import { signal } from '@preact/signals';
import { useCsrf } from '../wire/grpcWeb';
import { isFromServer } from './verdict';

export interface Session {
  kind: 'command' | 'server';
  source: 'server' | 'data' | 'evidence';
  address: string;
  version: string;
  bundle: string;
  keys: string[];
  identity: string;
  csrf: string;
  public_name?: string;
  sign_in?: string;
  until?: string;
}

export const session = signal<Session | null>(null);
export const sessionError = signal('');

/** What a server says to somebody who has not signed in; null: they have, or need not. */
export const door = signal<Session | null>(null);

const pinsName = 'ledgerstore.keys';
const returnName = 'ledgerstore.return';

export async function openSession(): Promise<void> {
  try {
    const response = await fetch('/console.json', { cache: 'no-store', credentials: 'same-origin' });
    if (!response.ok && response.status !== 401) {
      throw new Error(`the console answered with HTTP status ${response.status}`);
    }
    const said = (await response.json()) as Session;
    isFromServer.value = said.kind === 'server';
    document.documentElement.dataset.kind = said.kind;
    sessionError.value = '';
    if (response.status === 401) return void (door.value = said);
    useCsrf(said.csrf ?? '');
    session.value = { ...said, keys: said.kind === 'server' ? pins() : (said.keys ?? []) };
    comeBack();
  } catch (error) {
    sessionError.value = (error as Error).message;
  }
}

/** The keys that the viewer put into this browser. */
function pins(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(pinsName) ?? '[]');
    return Array.isArray(kept) ? kept.filter((key): key is string => typeof key === 'string') : [];
  } catch {
    return [];
  }
}

/** Keeps keys in this browser, for this page's address. */
export function pin(keys: string[]): void {
  localStorage.setItem(pinsName, JSON.stringify(keys));
  session.value = { ...session.value!, keys };
}

/** Where to sign in; the place that is looked at is found again afterwards. */
export function signInLink(acr = '', again = false): string {
  const query = [again ? 'again' : '', acr ? `acr=${encodeURIComponent(acr)}` : ''].filter((one) => one !== '');
  return `/sign-in${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

export function leave(): void {
  try {
    sessionStorage.setItem(returnName, location.hash);
  } catch {
    // Then the overview is what comes after.
  }
}

function comeBack(): void {
  try {
    const hash = sessionStorage.getItem(returnName);
    sessionStorage.removeItem(returnName);
    if (hash?.startsWith('#/')) location.hash = hash;
  } catch {
    // The overview it is.
  }
}

export async function signOut(): Promise<void> {
  await fetch('/sign-out', {
    method: 'POST',
    headers: { 'x-ledger-console': session.value?.csrf ?? '' },
    credentials: 'same-origin',
    cache: 'no-store',
  });
  location.reload();
}
