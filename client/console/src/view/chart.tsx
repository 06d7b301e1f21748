// A chart over time by uPlot, which draws on a canvas and sets styles by properties, so a strict policy for content
// holds. The figures stand beside it as text: a canvas says nothing to a screen reader.
// Page thread.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from '../state/theme';

interface ChartProps {
  label: string;
  times: number[];
  lines: { name: string; values: (number | null)[] }[];
  format: (value: number) => string;
  isBars?: boolean;
}

const height = 150;

function clock(seconds: number): string {
  const at = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function Chart({ label, times, lines, format, isBars = false }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = box.current!;
    const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--dim'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    };
    const paths = isBars ? uPlot.paths.bars!({ size: [0.8, 60] }) : undefined;
    plot.current = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height,
        padding: [8, 8, 0, 0],
        cursor: { y: false },
        legend: { show: false },
        scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high ?? 0) > 0 ? (high ?? 0) * 1.1 : 1] } },
        axes: [
          { ...axis, space: 80, size: 30, values: (_, ticks) => ticks.map(clock) },
          { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : format(tick))) },
        ],
        series: [
          {},
          ...lines.map(({ name }, i) => ({
            label: name,
            stroke: colour(i === 0 ? '--accent' : '--dim'),
            width: 1.5,
            paths,
            points: { show: false },
            fill: i === 0 ? colour(isBars ? '--accent' : '--accent-soft') : undefined,
          })),
        ],
      },
      [times.map((ms) => ms / 1000), ...lines.map(({ values }) => values)],
      element,
    );
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(200, element.clientWidth), height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [theme.value, lines.length, isBars]);
  useEffect(
    () => plot.current?.setData([times.map((ms) => ms / 1000), ...lines.map(({ values }) => values)]),
    [times, lines],
  );
  const last = lines
    .map(({ name, values }) => `${name}: ${format(values.findLast((value) => value !== null) ?? 0)}`)
    .join(', ');
  return <div class="chart" ref={box} role="img" aria-label={`${label}. Now ${last}`} />;
}
