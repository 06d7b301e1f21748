// What `ledger export` writes, checked as a whole: every entry that bundle.json names has a receipt, all receipts are
// under one checkpoint, and what is shown for reading (entries.ndjson) is what was proven.
// Pure; the worker runs it.
import { type Bytes, demand, equal, hex, textOf, toBase64 } from './bytes';
import { decodeEntry } from './entry';
import { type Json, memberOf, parseJson, textAt } from './json';
import { parseReceipt, type VerifiedReceipt, verifyReceipt } from './receipt';

export type Files = Record<string, Bytes>;

export interface VerifiedEvidence {
  origin: string;
  size: number;
  entries: VerifiedReceipt[];
  signers: string[];
  unchecked: string[];
}

const entriesMax = 1_000_000;

export async function verifyEvidence(files: Files, vkeys: string[]): Promise<VerifiedEvidence> {
  const about = parseAbout(files);
  const statements = Object.keys(files)
    .filter((name) => name.startsWith('rotations/'))
    .sort()
    .map((name) => files[name]);
  const checkpoint = files.checkpoint;
  demand(checkpoint !== undefined, 'the directory has no checkpoint');
  const entries: VerifiedReceipt[] = [];
  for (const index of about.indexes) {
    const name = `receipts/${String(index).padStart(12, '0')}.tlog-proof`;
    demand(files[name] !== undefined, `the receipt of entry ${index} is missing: ${name}`);
    demand(
      equal(parseReceipt(files[name]).checkpoint, checkpoint),
      `${name} has another checkpoint than the directory`,
    );
    const receipt = await verifyReceipt(files[name], vkeys, statements, null);
    demand(receipt.index === index, `${name} is of entry ${receipt.index}`);
    entries.push(receipt);
  }
  const tree = entries[0].checkpoint;
  demand(
    tree.origin === about.origin && tree.size === about.size && hex(tree.root) === about.root,
    'bundle.json says another tree than the checkpoint',
  );
  checkReadable(files['entries.ndjson'], entries);
  const known = /^(bundle\.json|checkpoint|entries\.ndjson|rotations\/.*|receipts\/.*)$/;
  const unchecked = Object.keys(files)
    .filter((name) => !known.test(name))
    .sort();
  return { origin: tree.origin, size: tree.size, entries, signers: tree.signers, unchecked };
}

function parseAbout(files: Files) {
  demand(files['bundle.json'] !== undefined, 'this is no evidence directory: it has no bundle.json');
  let said: any;
  try {
    said = JSON.parse(textOf(files['bundle.json'], 'bundle.json'));
  } catch {
    demand(false, 'bundle.json is no JSON');
  }
  demand(
    said.format === 'ledgerstore-evidence-bundle' && (said.version === 1 || said.version === 2),
    'bundle.json is of a format that this page does not know',
  );
  const ranges: [number, number][] = said.version === 1 ? [[said.first_index, said.count]] : said.ranges;
  demand(
    Array.isArray(ranges) && ranges.every((one) => Array.isArray(one) && one.every(Number.isSafeInteger)),
    'bundle.json does not name its entries',
  );
  const total = ranges.reduce((sum, [, count]) => sum + count, 0);
  demand(total > 0 && total <= entriesMax && total === said.count, 'bundle.json does not count its entries');
  const indexes = ranges.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i));
  demand(
    indexes.every((index, i) => i === 0 || index > indexes[i - 1]),
    'bundle.json has entries out of their order',
  );
  return { origin: String(said.origin), size: Number(said.size), root: String(said.root), indexes };
}

// The lines for people: the same entries in the same order, with the same records.
function checkReadable(file: Bytes | undefined, entries: VerifiedReceipt[]): void {
  demand(file !== undefined, 'the directory has no entries.ndjson');
  const lines = textOf(file, 'entries.ndjson')
    .split('\n')
    .filter((line) => line !== '');
  demand(lines.length === entries.length, `entries.ndjson has ${lines.length} lines for ${entries.length} entries`);
  lines.forEach((line, i) => {
    const { index, entry } = entries[i];
    const said = parseJson(line);
    demand(said?.kind === 'object', `line ${i + 1} of entries.ndjson is no JSON`);
    demand(
      new Set(said.members.map(([name]) => name)).size === said.members.length,
      `line ${i + 1} of entries.ndjson has a name twice`,
    );
    const { appender, payload } = decodeEntry(entry);
    demand(
      textAt(said, 'index') === String(index) && textAt(said, 'appender') === appender,
      `entries.ndjson says another thing of entry ${index}`,
    );
    demand(isSame(said, payload), `entries.ndjson has another record for entry ${index} than was signed`);
  });
}

// A record is shown as text, as the JSON that it is, or in base64.
function isSame(said: Json, payload: Bytes): boolean {
  const encoded = memberOf(said, 'payload_base64');
  if (encoded) return textAt(said, 'payload_base64') === toBase64(payload);
  const shown = memberOf(said, 'payload');
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload);
  if (shown === null || shown.kind === 'text') return (shown?.text ?? '') === text;
  return JSON.stringify(shown) === JSON.stringify(parseJson(text));
}
