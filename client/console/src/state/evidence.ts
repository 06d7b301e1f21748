// Makes an evidence directory of chosen entries, as `ledger export` does, packed as one tar file: `ledger verify
// --bundle` and a few lines of Python check it without a server.
// Page thread.
import { type Bytes, hex, textOf, utf8 } from '../verify/bytes';
import { envelope, storeEvent } from '../verify/entry';
import { parseJson } from '../verify/json';
import { formatReceipt } from '../verify/receipt';
import { toBase64 } from '../verify/bytes';
import { api } from '../wire/api';
import { received } from '../view/files';
import { tar } from '../view/tar';
import type { Row } from './rows';
import { trustOf } from './trust';

const entriesMax = 2000;
const atOnce = 8;

export async function makeEvidence(ledger: string, rows: Row[], tell: (done: number) => void): Promise<Bytes> {
  const trust = trustOf(ledger);
  const tree = trust.checkpoint.value;
  const note = trust.note;
  if (!tree) throw new Error('there is no verified checkpoint, so there is no evidence');
  const chosen = rows.filter((row) => row.bytes && row.index < tree.size).sort((a, b) => a.index - b.index);
  if (chosen.length === 0) throw new Error('no entry of these is covered by the checkpoint yet');
  if (chosen.length > entriesMax)
    throw new Error(`evidence of more than ${entriesMax} entries is for \`ledger export\``);
  if (chosen.some((row) => row.entry!.contentType === storeEvent || row.entry!.contentType.endsWith(envelope))) {
    throw new Error('the store’s own events and what an intake packed are exported with `ledger export`');
  }
  const files: [string, Bytes][] = [];
  for (let at = 0; at < chosen.length; at += atOnce) {
    files.push(
      ...(await Promise.all(
        chosen.slice(at, at + atOnce).map(async ({ index, bytes }): Promise<[string, Bytes]> => {
          const { hashes } = await api.inclusion({ ledger, index, size: tree.size });
          return [`receipts/${String(index).padStart(12, '0')}.tlog-proof`, formatReceipt(index, bytes, hashes, note)];
        }),
      )),
    );
    tell(files.length);
  }
  const { keys } = await api.keys({ ledger });
  keys
    .filter((key) => key.statement.length > 0)
    .forEach((key, i) => files.push([`rotations/${String(i + 1).padStart(4, '0')}`, key.statement]));
  files.push(['checkpoint', note], ['vkey', utf8(tree.signers.at(-1)! + '\n')]);
  files.push(['entries.ndjson', utf8(chosen.map(lineOf).join(''))]);
  files.push(['bundle.json', utf8(about(tree.origin, chosen, tree.size, hex(tree.root)))]);
  const folder = `${ledger.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 40)}-evidence`;
  return tar(
    files.map(([name, content]) => [`${folder}/${name}`, content]),
    Date.now() / 1000,
  );
}

function about(origin: string, rows: Row[], size: number, root: string): string {
  const ranges: [number, number][] = [];
  for (const { index } of rows) {
    const last = ranges.at(-1);
    if (last && last[0] + last[1] === index) last[1]++;
    else ranges.push([index, 1]);
  }
  return (
    JSON.stringify({
      format: 'ledgerstore-evidence-bundle',
      version: 2,
      origin,
      first_index: rows[0].index,
      count: rows.length,
      ranges,
      size,
      root,
      exported: new Date().toISOString(),
    }) + '\n'
  );
}

// The line that the command writes for the same entry: JSON as it is where it says that it is JSON and stands in one
// line.
function lineOf({ index, entry }: Row): string {
  const e = entry!;
  const head = JSON.stringify({
    index,
    received: received(e.micros),
    appender: e.appender,
    ...(e.producer && { producer: e.producer, producer_sequence: Number(e.sequence) }),
    content_type: e.contentType,
  }).slice(0, -1);
  let text: string;
  try {
    text = textOf(e.payload, 'a record');
  } catch {
    return `${head},"payload_base64":${JSON.stringify(toBase64(e.payload))}}\n`;
  }
  const isJson = e.contentType.endsWith('json') && !/[\r\n]/.test(text) && parseJson(text) !== null;
  return `${head},"payload":${isJson ? text.replaceAll('\t', ' ') : JSON.stringify(text)}}\n`;
}
