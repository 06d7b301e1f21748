// What the host says of itself and of whom it trusts: /console.json, once. The keys are those of the user's trust file;
// what this page calls verified is checked against them.
// Page thread.
import { signal } from '@preact/signals';
import { useCsrf } from '../wire/grpcWeb';

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
}

export const session = signal<Session | null>(null);
export const sessionError = signal('');

export async function openSession(): Promise<void> {
  try {
    const response = await fetch('/console.json', { cache: 'no-store', credentials: 'same-origin' });
    if (!response.ok) throw new Error(`the console answered with HTTP status ${response.status}`);
    const said = (await response.json()) as Session;
    useCsrf(said.csrf ?? '');
    session.value = { ...said, keys: said.keys ?? [] };
    sessionError.value = '';
  } catch (error) {
    sessionError.value = (error as Error).message;
  }
}
