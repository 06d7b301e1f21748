// The three states of everything that is shown. A word each; the colour only repeats it.
// Pure.

export type Word = 'verified' | 'unchecked' | 'failed';

export interface Verdict {
  word: Word;
  why: string;
}

export const words: Record<Word, string> = { verified: 'verified', unchecked: 'not checked', failed: 'failed' };

export const unchecked = (why: string): Verdict => ({ word: 'unchecked', why });
export const failed = (why: string): Verdict => ({ word: 'failed', why });
export const verified = (why: string): Verdict => ({ word: 'verified', why });
