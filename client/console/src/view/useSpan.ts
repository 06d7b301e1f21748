// Loads the last entries of a ledger for a page, and again when asked.
// Page thread.
import { useEffect, useState } from 'preact/hooks';
import { lastOf, type Span } from '../state/book';

export interface SpanState {
  span: Span | null;
  error: unknown;
  again: () => void;
}

export function useSpan(ledger: string, most: number): SpanState {
  const [span, setSpan] = useState<Span | null>(null);
  const [error, setError] = useState<unknown>(null);
  const again = (): void => {
    setError(null);
    lastOf(ledger, most, span).then(setSpan, setError);
  };
  useEffect(again, [ledger, most]);
  return { span, error, again };
}
