// A list over any number of rows of one height. Only those in view are in the document. A browser cannot be millions of
// rows high, so the list is a window of some of them that moves along when its edge comes near.
// Page thread.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows are of one height; in a narrow window each has two lines. */
export function useRowHeight(): number {
  const narrow = matchMedia('(max-width: 860px)');
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const change = (): void => setNarrow(narrow.matches);
    narrow.addEventListener('change', change);
    return () => narrow.removeEventListener('change', change);
  }, []);
  return isNarrow ? 58 : 38;
}

const windowRows = 200_000;
const edgeRows = 20_000;
const spare = 8;

export interface ListProps {
  size: number;
  rowHeight: number;
  /** Where to be; another object asks again. */
  at: { index: number };
  selected: number;
  label: string;
  render: (index: number) => ComponentChildren;
  onView: (first: number, end: number) => void;
  onSelect: (index: number) => void;
  isAtEnd: boolean;
  onLeaveEnd: () => void;
}

export function VirtualList(props: ListProps) {
  const { size, rowHeight, at, selected, label, render, onView, onSelect, isAtEnd, onLeaveEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const [base, setBase] = useState(0);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const rows = Math.min(windowRows, size - base);

  const show = (index: number): void => {
    const first = Math.max(0, Math.min(index, Math.max(0, size - 1)));
    const newBase = size <= windowRows ? 0 : Math.max(0, Math.min(first - windowRows / 2, size - windowRows));
    setBase(newBase);
    queueMicrotask(() =>
      requestAnimationFrame(() => {
        if (box.current) box.current.scrollTop = (first - newBase) * rowHeight;
      }),
    );
  };

  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, []);
  useEffect(() => show(at.index), [at]);
  useEffect(() => {
    if (isAtEnd) show(size);
  }, [isAtEnd, size]);

  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const end = Math.min(rows, Math.ceil((top + height) / rowHeight) + spare);
  useEffect(() => onView(base + first, base + end), [base, first, end, size]);

  const onScroll = (): void => {
    const element = box.current!;
    setTop(element.scrollTop);
    const row = Math.floor(element.scrollTop / rowHeight);
    const isNearStart = row < edgeRows && base > 0;
    const isNearEnd = row > windowRows - edgeRows && base + windowRows < size;
    if (isNearStart || isNearEnd) {
      const newBase = Math.max(0, Math.min(base + row - windowRows / 2, size - windowRows));
      element.scrollTop += (base - newBase) * rowHeight;
      setBase(newBase);
    }
  };

  const move = (index: number, event: Event): void => {
    event.preventDefault();
    const to = Math.max(0, Math.min(index, size - 1));
    onSelect(to);
    const element = box.current!;
    const y = (to - base) * rowHeight;
    if (to < base || to >= base + rows) show(to);
    else if (y < element.scrollTop) element.scrollTop = y;
    else if (y + rowHeight > element.scrollTop + height) element.scrollTop = y + rowHeight - height;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const current = selected >= 0 ? selected : base + Math.floor(top / rowHeight) - 1;
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: size - 1,
    };
    if (event.key === 'Escape' && selected >= 0) onSelect(-1);
    if (event.key in steps) {
      onLeaveEnd();
      move(steps[event.key], event);
    }
  };

  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, i) => base + first + i);
  return (
    <div
      class="list"
      ref={box}
      tabIndex={0}
      role="listbox"
      aria-label={label}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onWheel={(event) => event.deltaY < 0 && onLeaveEnd()}
      aria-activedescendant={selected >= base + first && selected < base + end ? `row-${selected}` : undefined}
    >
      <div class="list-space" role="presentation" style={{ height: `${Math.max(0, rows) * rowHeight}px` }}>
        {indexes.map((index) => (
          <div
            key={index}
            id={`row-${index}`}
            role="option"
            aria-selected={index === selected}
            aria-posinset={index + 1}
            aria-setsize={size}
            class="list-row"
            style={{ height: `${rowHeight}px`, transform: `translateY(${(index - base) * rowHeight}px)` }}
            onClick={() => onSelect(index)}
          >
            {render(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
