// An event of the store as a tree to look at: what it has, without what is empty; hashes in hexadecimal.
// Pure.
import { hex } from '../verify/bytes';
import type { Json } from '../verify/json';

export function eventTree(value: unknown): Json {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value === 'number') return { kind: 'number', text: String(value) };
  if (typeof value === 'boolean') return { kind: 'literal', text: String(value) };
  if (value instanceof Uint8Array) return { kind: 'text', text: hex(value) };
  if (Array.isArray(value)) return { kind: 'array', items: value.map(eventTree) };
  const members = Object.entries(value as object).filter(([, part]) => !isEmpty(part));
  return { kind: 'object', members: members.map(([name, part]) => [name, eventTree(part)]) };
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === '' ||
    value === 0 ||
    value === false ||
    ((Array.isArray(value) || value instanceof Uint8Array) && value.length === 0)
  );
}
