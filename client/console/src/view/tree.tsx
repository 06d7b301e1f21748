// JSON as a tree of text nodes: open by keyboard as by mouse, long lists and long texts on demand.
// Page thread.
import { useState } from 'preact/hooks';
import type { Json } from '../verify/json';
import { Long, Visible } from './text';

const shownAtFirst = 100;

export function JsonTree({ tree }: { tree: Json }) {
  return (
    <div class="tree">
      <Value value={tree} level={0} />
    </div>
  );
}

function Value({ value, level }: { value: Json; level: number }) {
  if (value.kind === 'text')
    return (
      <span class="json-text">
        "<Long text={value.text} max={400} />"
      </span>
    );
  if (value.kind === 'number' || value.kind === 'literal')
    return (
      <span class="json-number">
        <Long text={value.text} max={200} />
      </span>
    );
  const parts: [string, Json][] =
    value.kind === 'object' ? value.members : value.items.map((item, i) => [String(i), item]);
  if (parts.length === 0) return <span class="dim">{value.kind === 'object' ? '{ }' : '[ ]'}</span>;
  return <Parts parts={parts} level={level} isArray={value.kind === 'array'} />;
}

function Parts({ parts, level, isArray }: { parts: [string, Json][]; level: number; isArray: boolean }) {
  const [shown, setShown] = useState(shownAtFirst);
  const [isOpen, setOpen] = useState(level < 3);
  const noun = isArray ? (parts.length === 1 ? 'element' : 'elements') : parts.length === 1 ? 'member' : 'members';
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {isArray ? '[ ]' : '{ }'}{' '}
        <span class="dim">
          {parts.length} {noun}
        </span>
      </summary>
      {isOpen && (
        <ul>
          {parts.slice(0, shown).map(([name, part], i) => (
            <li key={i}>
              <span class="json-name">
                <Visible text={name} />
              </span>{' '}
              <Value value={part} level={level + 1} />
            </li>
          ))}
          {parts.length > shown && (
            <li>
              <button type="button" class="quiet" onClick={() => setShown(shown + 1000)}>
                show {Math.min(1000, parts.length - shown)} more of {parts.length}
              </button>
            </li>
          )}
        </ul>
      )}
    </details>
  );
}
