// C2SP checkpoints: a note whose text is origin, size and root. One is believed if its origin is the expected one and a
// trusted key of that name signed it; one key for several ledgers does not make one of them pass for another.
// Pure; page and worker.
import { type Bytes, decimal, demand, fromBase64 } from './bytes';
import { isSizeOf, type LogKey } from './rotation';
import { parseNote, signersOf } from './note';

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

export interface VerifiedCheckpoint extends Checkpoint {
  signers: string[];
}

export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  demand(lines.length >= 4 && lines.slice(0, -1).every((line) => line !== ''), 'a note is no checkpoint');
  const root = fromBase64(lines[2]);
  demand(root.length === 32, 'a checkpoint has a root that is no SHA-256');
  return { origin: lines[0], size: decimal(lines[1], 'the size of a checkpoint'), root };
}

export async function openCheckpoint(bytes: Uint8Array, origin: string, keys: LogKey[]): Promise<VerifiedCheckpoint> {
  const note = parseNote(bytes);
  const checkpoint = parseCheckpoint(note.text);
  demand(checkpoint.origin === origin, `the checkpoint is of ${checkpoint.origin}, and not of ${origin}`);
  const ofLog = keys.filter((key) => key.key.name === origin);
  const signers = await signersOf(
    note,
    ofLog.map((key) => key.key),
  );
  const counted = signers.filter((signer) => ofLog.some((key) => key.key === signer && isSizeOf(key, checkpoint.size)));
  demand(
    counted.length > 0,
    signers.length > 0
      ? `the checkpoint of size ${checkpoint.size} is signed by a key that was not in force at this size`
      : `no trusted key of ${origin} signed the checkpoint`,
  );
  return { ...checkpoint, signers: counted.map((key) => key.vkey) };
}

/** The origin that a checkpoint names, before anything is known of its signatures. */
export function originOf(bytes: Uint8Array): string {
  return parseCheckpoint(parseNote(bytes).text).origin;
}
