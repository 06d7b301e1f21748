// The figures of the charts: what the server remembers of its last day, for who administers it, and then what the page
// saw while it was open.
// Page thread.
import { signal } from '@preact/signals';
import { stampMs } from '../view/format';
import { ledgers, loadLedgers, loadStatus, status } from './ledgers';

export interface Sample {
  ms: number;
  entries: number;
  signed: number;
  storedBytes: number;
  freeBytes: number;
}

const samplesMax = 6000; // a day of minutes, and six hours of looks
const everyMs = 5000;
const soonMs = 1500;

export const samples = signal<Sample[]>([]);

let timer = 0;
let users = 0;
let isHistoryHere = false;

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
  await Promise.all([loadLedgers(), loadStatus(!isHistoryHere)]);
  if (!isHistoryHere && status.value) {
    isHistoryHere = true;
    samples.value = status.value.history.map((one) => ({
      ms: stampMs(one.time),
      entries: one.entries,
      signed: one.entries - one.unsigned_entries,
      storedBytes: one.stored_bytes,
      freeBytes: one.free_bytes,
    }));
  }
  const all = ledgers.value ?? [];
  const sample = {
    ms: Date.now(),
    entries: all.reduce((sum, one) => sum + one.size, 0),
    signed: all.reduce((sum, one) => sum + one.checkpointed_size, 0),
    storedBytes: status.value?.stored_bytes ?? 0,
    freeBytes: status.value?.disk?.free_bytes ?? 0,
  };
  samples.value = [...samples.value.slice(-samplesMax), sample];
}
