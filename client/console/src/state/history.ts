// What the page saw of sizes and disk while it was open: the figures of its charts. The store's own metrics go further
// back; these need nothing but the page.
// Page thread.
import { signal } from '@preact/signals';
import { ledgers, loadLedgers, loadStatus, status } from './ledgers';

export interface Sample {
  ms: number;
  entries: number;
  signed: number;
  storedBytes: number;
}

const samplesMax = 3600;
const everyMs = 5000;
const soonMs = 1500;

export const samples = signal<Sample[]>([]);

let timer = 0;
let users = 0;

/** Looks again every few seconds until the function that it returns is called. */
export function watch(): () => void {
  users++;
  if (users === 1) {
    // A second look soon gives the first rate.
    void look().then(() => setTimeout(() => void look(), soonMs));
    timer = setInterval(() => document.visibilityState === 'visible' && void look(), everyMs) as unknown as number;
  }
  return () => {
    users--;
    if (users === 0) clearInterval(timer);
  };
}

async function look(): Promise<void> {
  await Promise.all([loadLedgers(), loadStatus()]);
  const all = ledgers.value ?? [];
  const sample = {
    ms: Date.now(),
    entries: all.reduce((sum, one) => sum + one.size, 0),
    signed: all.reduce((sum, one) => sum + one.checkpointed_size, 0),
    storedBytes: status.value?.stored_bytes ?? 0,
  };
  samples.value = [...samples.value.slice(-samplesMax), sample];
}
