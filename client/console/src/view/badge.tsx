// The three states, as sign and word. Colour repeats what the word says.
// Page thread.
import type { Verdict, Word } from '../state/verdict';
import { plain, Visible } from './text';
import { words } from '../state/verdict';

const shapes: Record<Word, string> = {
  verified: 'M3 8.5l3.2 3.2L13 4.8',
  unchecked: 'M8 4v5M8 11.6v.4',
  failed: 'M4 4l8 8M12 4l-8 8',
};

export function Sign({ word }: { word: Word }) {
  return (
    <svg class="badge-sign" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" focusable="false">
      <path d={shapes[word]} fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" />
    </svg>
  );
}

export function Badge({ verdict, label }: { verdict: Verdict; label?: string }) {
  return (
    <span class={`badge ${verdict.word}`} title={plain(verdict.why)}>
      <Sign word={verdict.word} />
      {label ?? words[verdict.word]}
    </span>
  );
}

/** The state with its reason in full, for those who have to act on it. */
export function VerdictLine({ verdict }: { verdict: Verdict }) {
  return (
    <p class={`verdict ${verdict.word}`} role={verdict.word === 'failed' ? 'alert' : undefined}>
      <Badge verdict={verdict} />
      <span>
        <Visible text={verdict.why} />
      </span>
    </p>
  );
}
