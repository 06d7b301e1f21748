// Following a ledger: new entries as they come, the mark "caught up", and again after a break from where it ended.
// Page thread.
import { api } from '../wire/api';
import { CallError, codes } from '../wire/grpcWeb';
import { type EntryStore } from './entries';
import { rowsOf } from './rows';

export interface Tail {
  text: string;
}

const againMs = 1500;
const checkMs = 1000;
const quietMs = 2000;

/** Follows until the function that it returns is called. */
export function follow(store: EntryStore, tell: (tail: Tail) => void): () => void {
  const leaving = new AbortController();
  void run(store, tell, leaving.signal);
  const timer = setInterval(() => {
    if ((store.trust.checkpoint.value?.size ?? 0) < store.size.value) {
      void store.trust.refresh().then(() => store.recheck());
    }
  }, checkMs);
  return () => {
    clearInterval(timer);
    leaving.abort();
  };
}

async function run(store: EntryStore, tell: (tail: Tail) => void, signal: AbortSignal): Promise<void> {
  let quiet: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(quiet));
  while (!signal.aborted) {
    try {
      for await (const event of api.read({ ledger: store.ledger, index: store.size.value, follow: true }, signal)) {
        if (event.entries) {
          const { first_index: first, count, bundle } = event.entries;
          store.size.value = Math.max(store.size.value, first + count);
          store.take(rowsOf(first, bundle));
          tell({ text: 'live, receiving' });
          clearTimeout(quiet);
          quiet = setTimeout(() => tell({ text: 'live' }), quietMs);
        }
        if (event.caught_up || event.heartbeat) tell({ text: 'live, caught up' });
      }
    } catch (error) {
      if (signal.aborted) return;
      const isOver =
        error instanceof CallError && [codes.denied, codes.unauthenticated, codes.unimplemented].includes(error.code);
      tell({ text: isOver ? `not live: ${error.message}` : 'broken off, trying again' });
      if (isOver) return;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}
