// The three states of everything that is shown. A word each; the colour only repeats it. On a page that came from the
// server that it is about, the best word is "consistent": whoever sends the page could make it say anything.
// Pure, but for where the page came from.
import { signal } from '@preact/signals';

export type Word = 'verified' | 'unchecked' | 'failed';

export interface Verdict {
  word: Word;
  why: string;
}

export const isFromServer = signal(false);

export const words: Record<Word, string> = {
  get verified() {
    return isFromServer.value ? 'consistent' : 'verified';
  },
  unchecked: 'not checked',
  failed: 'failed',
};

export const unchecked = (why: string): Verdict => ({ word: 'unchecked', why });
export const failed = (why: string): Verdict => ({ word: 'failed', why });
export const verified = (why: string): Verdict => ({ word: 'verified', why });
