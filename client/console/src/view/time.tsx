// A time: in the viewer's zone, with UTC beside or in the title.
// Page thread.
import { isUtc, localTime, utcTime, zone } from './format';

export function Time({ ms, isFull = false }: { ms: number; isFull?: boolean }) {
  if (Number.isNaN(ms)) return <span class="dim">—</span>;
  const iso = new Date(ms);
  const machine = Number.isNaN(iso.getTime()) ? undefined : iso.toISOString();
  return (
    <time dateTime={machine} title={`${utcTime(ms)} · shown in ${zone}`} class="num">
      <span class="date">{localTime(ms).slice(0, 11)}</span>
      {localTime(ms).slice(11)}
      {isFull && (
        <span class="dim">
          {' '}
          {zone}
          {!isUtc && <> · {utcTime(ms)}</>}
        </span>
      )}
    </time>
  );
}
