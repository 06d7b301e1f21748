// How numbers, sizes, times and durations are written. Times are in the viewer's zone, with UTC beside.
// Pure, but for the viewer's locale.

export const count = (value: number): string => value.toLocaleString();

export function bytesText(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let at = 0;
  let rest = value;
  for (; rest >= 1024 && at < units.length - 1; at++) rest /= 1024;
  return `${rest < 10 && at > 0 ? rest.toFixed(1) : Math.round(rest)} ${units[at]}`;
}

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

export function localTime(ms: number): string {
  const t = new Date(ms);
  if (Number.isNaN(t.getTime())) return 'a time beyond the calendar';
  return (
    `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())} ` +
    `${pad(t.getHours())}:${pad(t.getMinutes())}:${pad(t.getSeconds())}.${pad(t.getMilliseconds(), 3)}`
  );
}

export function utcTime(ms: number): string {
  const t = new Date(ms);
  return Number.isNaN(t.getTime())
    ? 'a time beyond the calendar'
    : t.toISOString().replace('T', ' ').replace('Z', ' UTC');
}

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time';

/** Then the two times beside each other would be one. */
export const isUtc = zone === 'UTC' || zone === 'Etc/UTC';

export const microsToMs = (micros: bigint): number => Number(micros / 1000n);

export interface Stamp {
  seconds: number;
  nanos: number;
}

export const stampMs = (stamp: Stamp | null): number => (stamp ? stamp.seconds * 1000 + stamp.nanos / 1e6 : NaN);

export function durationText(duration: Stamp | null): string {
  if (!duration) return 'never';
  return spanText(duration.seconds);
}

export function spanText(seconds: number): string {
  for (const [unit, length] of [
    ['day', 86400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    if (seconds < length * 2 && seconds !== length) continue;
    const value = Math.round((seconds / length) * 10) / 10;
    return `${count(value)} ${unit}${value === 1 ? '' : 's'}`;
  }
  return `${Math.round(seconds)} seconds`;
}

export function agoText(ms: number, now: number): string {
  const seconds = (now - ms) / 1000;
  return seconds < 2 ? 'now' : `${spanText(seconds)} ago`;
}

export const shortHash = (text: string): string =>
  text.length > 16 ? `${text.slice(0, 8)}\u2026${text.slice(-4)}` : text;

/** Of a name that is a URI, what tells it from its neighbours. */
export function shortName(name: string): string {
  return name.match(/^[a-z]+:\/\/[^/]+\/(.+)$/)?.[1] ?? (name || '\u2014');
}
