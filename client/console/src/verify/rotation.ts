// How a log goes over to another key: a statement that the old key and the new one signed. The old key signs no tree
// larger than its size, the new one none smaller. docs/VERIFIERS.md has the text; a trusted key leads to all later
// ones.
// Pure; page and worker.
import { decimal, demand } from './bytes';
import { parseNote, parseVkey, signersOf, type VerifierKey } from './note';

export const keysMax = 256;

export interface LogKey {
  key: VerifierKey;
  first: number;
  last: number;
}

interface Rotation {
  origin: string;
  old: VerifierKey;
  next: VerifierKey;
  size: number;
}

export function isSizeOf(key: LogKey, size: number): boolean {
  return size >= key.first && size <= key.last;
}

export function trusted(vkeys: string[], origin: string): LogKey[] {
  const keys = [...new Set(vkeys)].map(parseVkey).filter((key) => key.name === origin);
  return keys.map((key) => ({ key, first: 0, last: Infinity }));
}

/** The keys that statements lead to, from those that are trusted; statements that begin elsewhere lead nowhere. */
export async function follow(keys: LogKey[], statements: Uint8Array[]): Promise<LogKey[]> {
  demand(statements.length <= keysMax, 'a log has more rotations than it can have keys');
  const rotations: Rotation[] = [];
  for (const statement of statements) rotations.push(await openRotation(statement));
  const known = keys.map((key) => ({ ...key }));
  for (let grew = true; grew;) {
    grew = false;
    for (const rotation of rotations) grew = take(known, rotation) || grew;
  }
  return known;
}

function take(known: LogKey[], { origin, old, next, size }: Rotation): boolean {
  const before = known.find((key) => key.key.vkey === old.vkey && key.key.name === origin);
  const after = known.find((key) => key.key.vkey === next.vkey);
  if (after) after.first = Math.max(after.first, size);
  if (!before) return false;
  if (before.last !== Infinity) {
    demand(
      before.last === size && after !== undefined,
      `the key of ${origin} was rotated twice: keep this page's text`,
    );
    return false;
  }
  demand(size >= before.first, `a key of ${origin} is rotated away before it begins`);
  before.last = size;
  if (!after) known.push({ key: next, first: size, last: Infinity });
  return true;
}

async function openRotation(bytes: Uint8Array): Promise<Rotation> {
  const note = parseNote(bytes);
  const lines = note.text.split('\n');
  demand(lines.length === 6 && lines[0] === 'ledgerstore key rotation/v1', 'a statement is no rotation of a key');
  const [old, next] = [parseVkey(lines[2]), parseVkey(lines[3])];
  demand(old.name === lines[1] && next.name === lines[1] && old.vkey !== next.vkey, 'a rotation is between two logs');
  const signers = await signersOf(note, [old, next]);
  demand(signers.length === 2, `a rotation of ${lines[1]} is not signed by both keys`);
  return { origin: lines[1], old, next, size: decimal(lines[4], 'the size of a rotation') };
}
