// Files that somebody dropped or chose, told apart by what they begin with and checked offline, against the trusted
// keys of this console and those that the viewer adds.
// Page thread; the worker computes.
import { type Bytes, Refused } from '../verify/bytes';
import type { Files, VerifiedEvidence } from '../verify/evidence';
import type { VerifiedReceipt } from '../verify/receipt';
import type { VerifiedCheckpoint } from '../verify/checkpoint';
import type { VerifiedSearch } from '../verify/search/file';
import { count } from '../view/format';
import { verify } from '../worker/client';
import { verdictOf } from './trust';
import { unchecked, type Verdict, verified } from './verdict';

const filesMax = 50_000;
const bytesMax = 512 << 20;

export interface Checked {
  name: string;
  what: string;
  verdict: Verdict;
  receipt?: VerifiedReceipt;
  checkpoint?: VerifiedCheckpoint;
  evidence?: VerifiedEvidence;
  search?: VerifiedSearch;
}

/** All files of a drop, directories opened, named by their paths. */
export async function filesOf(transfer: DataTransfer): Promise<[string, File][]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => !!entry);
  const all: [string, File][] = [];
  for (const entry of entries) await walk(entry, '', all);
  return all;
}

async function walk(entry: FileSystemEntry, before: string, all: [string, File][]): Promise<void> {
  if (all.length >= filesMax)
    throw new Refused(`these are more than ${filesMax} files: check them with \`ledger verify\``);
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    all.push([before + entry.name, file]);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, `${before}${entry.name}/`, all);
  }
}

export async function checkFiles(given: [string, Blob][], vkeys: string[]): Promise<Checked[]> {
  if (given.reduce((sum, [, file]) => sum + file.size, 0) > bytesMax) {
    throw new Refused('this is more than a browser should hold: check it with `ledger verify`');
  }
  const files: [string, Bytes][] = [];
  for (const [name, file] of given) files.push([name, new Uint8Array(await file.arrayBuffer())]);
  const about = files.find(([name]) => /(^|\/)bundle\.json$/.test(name));
  if (about) {
    const folder = about[0].slice(0, -'bundle.json'.length);
    const inside = files
      .filter(([name]) => name.startsWith(folder))
      .map(([name, bytes]) => [name.slice(folder.length), bytes]);
    return [await checkEvidence(folder || 'evidence', Object.fromEntries(inside) as Files, vkeys)];
  }
  const entry = files.length === 2 ? files.find(([, bytes]) => kindOf(bytes) === 'unknown') : undefined;
  const checked: Checked[] = [];
  for (const one of files) {
    if (one !== entry) checked.push(await checkFile(one[0], one[1], vkeys, entry?.[1] ?? null));
  }
  return checked;
}

export async function checkEvidence(name: string, files: Files, vkeys: string[]): Promise<Checked> {
  return guard({ name, what: 'evidence directory' }, async (checked) => {
    checked.evidence = await verify('evidence', files, vkeys);
    const { entries, origin, size } = checked.evidence;
    return `${count(entries.length)} entries of ${origin}, in the signed tree of ${count(size)} entries`;
  });
}

function kindOf(bytes: Bytes): 'receipt' | 'search' | 'checkpoint' | 'unknown' {
  const begin = new TextDecoder().decode(bytes.slice(0, 4096));
  if (begin.startsWith('c2sp.org/tlog-proof@v1\n')) return 'receipt';
  if (/^\s*\{"kind":\s*"search"/.test(begin)) return 'search';
  return /^[^\n]+\n\d+\n[A-Za-z0-9+/]{43}=\n/.test(begin) ? 'checkpoint' : 'unknown';
}

async function checkFile(name: string, bytes: Bytes, vkeys: string[], entry: Bytes | null): Promise<Checked> {
  const kind = kindOf(bytes);
  if (kind === 'receipt') {
    return guard({ name, what: 'receipt' }, async (checked) => {
      checked.receipt = await verify('receipt', bytes, vkeys, [], entry);
      const { index, checkpoint } = checked.receipt;
      return `entry ${count(index)} is in ${checkpoint.origin}, in the signed tree of ${count(checkpoint.size)} entries`;
    });
  }
  if (kind === 'search') {
    return guard({ name, what: 'search' }, async (checked) => {
      const said = (checked.search = await verify('searchFile', bytes, vkeys));
      const lost = said.tally.unreadable.reduce((sum, one) => sum + one.count, 0);
      return (
        `complete for entries ${count(said.first)} to ${count(said.end - 1)} of ${said.ledger} ` +
        `at checkpoint ${count(said.size)}${lost > 0 ? `, but for ${count(lost)} that the server could not read` : ''}`
      );
    });
  }
  if (kind === 'unknown') {
    const why = 'this is no receipt, no checkpoint, no search and no evidence directory: there is nothing to check';
    return { name, what: 'file', verdict: unchecked(why) };
  }
  return guard({ name, what: 'checkpoint' }, async (checked) => {
    const origin = await verify('originOf', bytes);
    checked.checkpoint = await verify('checkpoint', bytes, origin, vkeys, []);
    return `${origin} had ${checked.checkpoint.size.toLocaleString()} entries, signed by a trusted key`;
  });
}

type Body = (checked: Checked) => Promise<string>;

async function guard(about: { name: string; what: string }, body: Body): Promise<Checked> {
  const checked: Checked = { ...about, verdict: { word: 'unchecked', why: '' } };
  try {
    checked.verdict = verified(await body(checked));
  } catch (error) {
    checked.verdict = verdictOf(error);
    // Without a key nothing was refuted: nothing could be checked.
    if (/^no trusted key of/.test(checked.verdict.why)) checked.verdict.word = 'unchecked';
  }
  return checked;
}
