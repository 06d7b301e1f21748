// C2SP signed notes and their verifier keys (vkeys): text, an empty line, signature lines. A signature counts by name
// and key id; one that names a known key and does not verify makes the whole note worthless.
// Ed25519 by WebCrypto. Pure; page and worker.
import { type Bytes, compare, concat, demand, equal, fromBase64, hex, Refused, textOf, utf8 } from './bytes';
import { hashOf } from './tree';

const ed25519 = 1;
const signaturesMax = 100;
export const noteBytesMax = 1 << 20;

export interface VerifierKey {
  vkey: string;
  name: string;
  id: Bytes;
  key: Bytes;
}

export interface NoteSignature {
  name: string;
  id: Bytes;
  signature: Bytes;
}

export interface SignedNote {
  text: string;
  textBytes: Bytes;
  signatures: NoteSignature[];
}

export function parseVkey(vkey: string): VerifierKey {
  const first = vkey.indexOf('+');
  const second = vkey.indexOf('+', first + 1);
  demand(first > 0 && second > first, 'a key is no vkey: it has not three parts with + between them');
  const name = vkey.slice(0, first);
  const id = vkey.slice(first + 1, second);
  demand(isName(name), 'a key has a name that no key may have');
  demand(/^[0-9a-f]{8}$/.test(id), 'a key has no check value of 8 hexadecimal digits');
  const bytes = fromBase64(vkey.slice(second + 1));
  demand(bytes.length === 33 && bytes[0] === ed25519, `the key of ${name} is not Ed25519, the only kind known here`);
  const known = hashOf(concat(utf8(name + '\n'), bytes)).slice(0, 4);
  demand(hex(known) === id, `the key of ${name} does not have its check value: it was copied wrongly`);
  return { vkey, name, id: known as Bytes, key: bytes.slice(1) };
}

function isName(name: string): boolean {
  return name !== '' && !/[\s+\u0085]/u.test(name);
}

export function parseNote(bytes: Uint8Array): SignedNote {
  demand(bytes.length <= noteBytesMax, `a note of ${bytes.length} bytes is larger than any that is signed`);
  const all = textOf(bytes, 'a note');
  demand(!/[\u0000-\u0009\u000b-\u001f]/.test(all), 'a note has a control character');
  const split = all.lastIndexOf('\n\n');
  demand(split >= 0 && all.endsWith('\n') && split + 2 < all.length, 'this is no signed note: it has no signatures');
  const text = all.slice(0, split + 1);
  const lines = all.slice(split + 2, -1).split('\n');
  demand(lines.length <= signaturesMax, `a note has more than ${signaturesMax} signatures`);
  return { text, textBytes: utf8(text), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const parts = line.split(' ');
  demand(parts.length === 3 && parts[0] === '\u2014' && isName(parts[1]), 'a line of a note is no signature');
  const blob = fromBase64(parts[2]);
  demand(blob.length >= 5, 'a signature of a note is too short');
  return { name: parts[1], id: blob.slice(0, 4), signature: blob.slice(4) };
}

/** The known keys that signed the note; throws if a known one did not sign what it is said to have signed. */
export async function signersOf(note: SignedNote, keys: VerifierKey[]): Promise<VerifierKey[]> {
  const signers: VerifierKey[] = [];
  for (const { name, id, signature } of note.signatures) {
    const named = keys.filter((key) => key.name === name && equal(key.id, id));
    demand(new Set(named.map((key) => key.vkey)).size <= 1, `two trusted keys of ${name} cannot be told apart`);
    if (named.length === 0 || signers.includes(named[0])) continue;
    demand(await isSigned(named[0], note.textBytes, signature), `the signature of ${name} is false`);
    signers.push(named[0]);
  }
  return signers;
}

/** Thrown where a browser cannot check Ed25519: nothing is verified then, and nothing refuted. */
export class CannotCheck extends Error {}

export async function isSigned(key: VerifierKey, message: Bytes, signature: Bytes): Promise<boolean> {
  if (signature.length !== 64 || !isScalarCanonical(signature)) return false;
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) throw new CannotCheck('this page is not in a secure context: open it by https or on 127.0.0.1');
  let imported: CryptoKey;
  try {
    imported = await subtle.importKey('raw', key.key, { name: 'Ed25519' }, false, ['verify']);
  } catch (error) {
    if ((error as Error).name !== 'NotSupportedError') return false;
    throw new CannotCheck('this browser has no Ed25519: take Chrome 137, Firefox 129, Safari 17 or newer');
  }
  return subtle.verify('Ed25519', imported, signature, message);
}

// The half of a signature that is a number must be below the order of the group: RFC 8032, section 5.1.7.
const order = Uint8Array.from('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed'.match(/../g)!, (two) =>
  parseInt(two, 16),
);

function isScalarCanonical(signature: Bytes): boolean {
  return compare(signature.slice(32).reverse(), order) < 0;
}

export function refusedBy(error: unknown): string | null {
  return error instanceof Refused ? error.message : null;
}
