// Notes, vkeys, receipts and Ed25519 against what others publish; checkpoints against names that lie.
// Test code.
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Bytes, concat, Refused, toBase64, utf8 } from '../src/verify/bytes';
import { openCheckpoint } from '../src/verify/checkpoint';
import { isSigned, parseNote, parseVkey, signersOf } from '../src/verify/note';
import { formatReceipt, parseReceipt, verifyReceipt } from '../src/verify/receipt';
import { follow, trusted } from '../src/verify/rotation';
import { hashOf, leafHash, nodeHash } from '../src/verify/tree';
import { describeVectors, readVector } from './vectors';

const lenient = (text: string): Bytes => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const unhex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));

function signer(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const typed = concat(Uint8Array.of(1), raw);
  const id = hashOf(concat(utf8(name + '\n'), typed)).slice(0, 4);
  const vkey = `${name}+${Buffer.from(id).toString('hex')}+${toBase64(typed)}`;
  const line = (text: string) =>
    `\u2014 ${name} ${toBase64(concat(id, new Uint8Array(sign(null, Buffer.from(text), privateKey))))}\n`;
  return { vkey, line, note: (text: string) => utf8(`${text}\n${line(text)}`) };
}

const checkpointText = (origin: string, size: number, root: Bytes) => `${origin}\n${size}\n${toBase64(root)}\n`;

describeVectors('published notes', () => {
  it.each(readVectorOrNone('notes/notes.json'))('$id: $expect', async (v) => {
    const keys = v.vkeys.flatMap((vkey: string) => {
      try {
        return [parseVkey(vkey)];
      } catch {
        return [];
      }
    });
    let said = 'malformed';
    try {
      const note = parseNote(lenient(v.note_b64));
      said = 'invalid';
      said = (await signersOf(note, keys)).length > 0 ? 'ok' : 'unverified';
    } catch (error) {
      expect(error).toBeInstanceOf(Refused);
    }
    // Inserted bytes make a signature of another length, which is false as well as malformed.
    expect(said).toBe(v.expect);
  });

  it.each(readVectorOrNone('notes/vkeys.json'))('$vkey: $ok', (v) => {
    const isOurs = v.ok && (v.type ?? 1) === 1; // only Ed25519 is known here
    if (isOurs) expect(parseVkey(v.vkey).vkey).toBe(v.vkey);
    else expect(() => parseVkey(v.vkey)).toThrow(Refused);
  });

  it.each(readVectorOrNone('proof/format.json'))('receipt $text', (v) => {
    if (!v.ok) return void expect(() => parseReceipt(utf8(v.text))).toThrow(Refused);
    const receipt = parseReceipt(utf8(v.text));
    expect(receipt.index).toBe(v.index);
    expect(receipt.hashes.map(toBase64)).toEqual(v.hashes ?? []);
  });

  it('Ed25519 accepts what OpenSSL and Go accept', async () => {
    for (const v of readVector('ed25519/cctv-ed25519vectors.json')) {
      const key = { vkey: '', name: '', id: new Uint8Array(4), key: unhex(v.key) };
      const flags: string[] = v.flags ?? [];
      const isGood = !flags.includes('non_canonical_R') && !flags.includes('low_order_residue');
      expect(await isSigned(key, utf8(v.msg), unhex(v.sig)), `vector ${v.number}: ${flags}`).toBe(isGood);
    }
  });
});

function readVectorOrNone(file: string): any[] {
  try {
    return readVector(file);
  } catch {
    return [];
  }
}

describe('a checkpoint', () => {
  const root = hashOf(utf8('x'));
  const mine = signer('localhost/demo');

  it('is believed under its own origin and a trusted key', async () => {
    const note = mine.note(checkpointText('localhost/demo', 5, root));
    const opened = await openCheckpoint(note, 'localhost/demo', trusted([mine.vkey], 'localhost/demo'));
    expect(opened.size).toBe(5);
    await expect(
      openCheckpoint(note, 'localhost/payments', trusted([mine.vkey], 'localhost/payments')),
    ).rejects.toThrow('is of localhost/demo');
  });

  it('of another origin is refused, though the key of this one signed it', async () => {
    const note = mine.note(checkpointText('localhost/payments', 5, root));
    await expect(openCheckpoint(note, 'localhost/demo', trusted([mine.vkey], 'localhost/demo'))).rejects.toThrow(
      Refused,
    );
  });

  it('signed by a stranger of the same name is refused', async () => {
    const note = signer('localhost/demo').note(checkpointText('localhost/demo', 5, root));
    await expect(openCheckpoint(note, 'localhost/demo', trusted([mine.vkey], 'localhost/demo'))).rejects.toThrow(
      'no trusted key',
    );
  });

  it('is followed through a rotation, and only within the sizes of each key', async () => {
    const next = signer('localhost/demo');
    const text = `ledgerstore key rotation/v1\nlocalhost/demo\n${mine.vkey}\n${next.vkey}\n10\n`;
    const statement = utf8(`${text}\n${mine.line(text)}${next.line(text)}`);
    const keys = await follow(trusted([mine.vkey], 'localhost/demo'), [statement]);
    const by = (who: typeof mine, size: number) =>
      openCheckpoint(who.note(checkpointText('localhost/demo', size, root)), 'localhost/demo', keys);
    expect((await by(mine, 10)).size).toBe(10);
    expect((await by(next, 10)).size).toBe(10);
    expect((await by(next, 11)).size).toBe(11);
    await expect(by(mine, 11)).rejects.toThrow('not in force');
    await expect(by(next, 9)).rejects.toThrow('not in force');
    const half = utf8(`${text}\n${next.line(text)}`);
    await expect(follow(trusted([mine.vkey], 'localhost/demo'), [half])).rejects.toThrow('both keys');
  });
});

describe('a receipt', () => {
  const mine = signer('localhost/demo');
  const [entry, other] = [utf8('\tan entry'), utf8('another')];
  const root = nodeHash(leafHash(entry), leafHash(other));
  const note = mine.note(checkpointText('localhost/demo', 2, root));

  it('is verified from the public key alone', async () => {
    const file = formatReceipt(0, entry, [leafHash(other)], note);
    expect((await verifyReceipt(file, [mine.vkey], [], null)).index).toBe(0);
    const bare = formatReceipt(0, null, [leafHash(other)], note);
    await expect(verifyReceipt(bare, [mine.vkey], [], null)).rejects.toThrow('does not hold its entry');
    expect((await verifyReceipt(bare, [mine.vkey], [], entry)).index).toBe(0);
  });

  it('of another entry, another index or no trusted key is refused', async () => {
    await expect(
      verifyReceipt(formatReceipt(0, other, [leafHash(other)], note), [mine.vkey], [], null),
    ).rejects.toThrow('not in the tree');
    await expect(
      verifyReceipt(formatReceipt(1, entry, [leafHash(other)], note), [mine.vkey], [], null),
    ).rejects.toThrow('not in the tree');
    await expect(verifyReceipt(formatReceipt(0, entry, [leafHash(other)], note), [], [], null)).rejects.toThrow(
      'no trusted key',
    );
  });
});
