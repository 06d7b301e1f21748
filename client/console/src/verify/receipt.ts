// Receipts, C2SP tlog-proof: an index, the hashes from the entry to the root, and a checkpoint. The line `extra` may
// hold the entry; nobody signed it, and it does not have to: its hash is what is proven.
// Pure; page and worker.
import { type Bytes, concat, decimal, demand, fromBase64, textOf, toBase64, utf8 } from './bytes';
import { openCheckpoint, originOf, type VerifiedCheckpoint } from './checkpoint';
import { follow, trusted } from './rotation';
import { isIncluded, leafHash } from './tree';

const header = 'c2sp.org/tlog-proof@v1';
const hashesMax = 63;

export interface Receipt {
  extra: Bytes | null;
  index: number;
  hashes: Bytes[];
  checkpoint: Bytes;
}

export interface VerifiedReceipt {
  index: number;
  entry: Bytes;
  hashes: Bytes[];
  checkpoint: VerifiedCheckpoint;
}

export function parseReceipt(bytes: Uint8Array): Receipt {
  const all = textOf(bytes, 'a receipt');
  const split = all.indexOf('\n\n');
  demand(split >= 0, 'a receipt has no checkpoint');
  const lines = all.slice(0, split).split('\n');
  demand(lines.shift() === header, 'this is no receipt: its first line is another');
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()!.slice(6)) : null;
  demand(lines[0]?.startsWith('index ') === true, 'a receipt has no index');
  const index = decimal(lines.shift()!.slice(6), 'the index of a receipt');
  demand(lines.length <= hashesMax, `a receipt has more than ${hashesMax} hashes`);
  const hashes = lines.map(fromBase64);
  demand(
    hashes.every((hash) => hash.length === 32),
    'a line of a receipt is no hash',
  );
  return { extra, index, hashes, checkpoint: utf8(all.slice(split + 2)) };
}

export async function verifyReceipt(
  bytes: Uint8Array,
  vkeys: string[],
  statements: Uint8Array[],
  entry: Bytes | null,
): Promise<VerifiedReceipt> {
  const receipt = parseReceipt(bytes);
  const content = entry ?? receipt.extra;
  demand(content !== null, 'the receipt does not hold its entry: drop the file with its bytes beside it');
  const origin = originOf(receipt.checkpoint);
  const keys = await follow(trusted(vkeys, origin), statements);
  const checkpoint = await openCheckpoint(receipt.checkpoint, origin, keys);
  demand(
    isIncluded(receipt.index, checkpoint.size, leafHash(content), receipt.hashes, checkpoint.root),
    `entry ${receipt.index} is not in the tree that was signed`,
  );
  return { index: receipt.index, entry: content, hashes: receipt.hashes, checkpoint };
}

/** The receipt as a file, with the entry in it. */
export function formatReceipt(index: number, entry: Bytes | null, hashes: Uint8Array[], note: Uint8Array): Bytes {
  const lines = [header, ...(entry ? [`extra ${toBase64(entry)}`] : []), `index ${index}`, ...hashes.map(toBase64)];
  return concat(utf8(lines.join('\n') + '\n\n'), note);
}
