// How many of the entries that were found fall into each span of time.
// Page thread.
import { useMemo } from 'preact/hooks';
import type { Row } from '../state/rows';
import { Chart } from './chart';
import { count, microsToMs } from './format';

const bars = 60;

export function Histogram({ rows }: { rows: Row[] }) {
  const { times, values } = useMemo(() => buckets(rows), [rows]);
  if (times.length < 2) return null;
  return (
    <Chart
      label="Found entries over time"
      times={times}
      lines={[{ name: 'entries', values }]}
      format={(value) => (Number.isInteger(value) ? count(value) : '')}
      isBars
    />
  );
}

export function buckets(rows: Row[]): { times: number[]; values: (number | null)[] } {
  const all = rows.filter((row) => row.entry).map((row) => microsToMs(row.entry!.micros));
  if (all.length === 0) return { times: [], values: [] };
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  const step = Math.max(1, Math.ceil((high - low + 1) / bars));
  const values = Array<number>(Math.floor((high - low) / step) + 1).fill(0);
  for (const ms of all) values[Math.floor((ms - low) / step)]++;
  return { times: values.map((_, i) => low + i * step), values: values.map((one) => one || null) };
}
