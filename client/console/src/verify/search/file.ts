// The file that `ledger search --prove` writes: lines of JSON, checked offline with trusted keys alone. docs/FORMAT.md,
// "File of a search".
// Pure; the worker runs it.
import { type Bytes, demand, fromBase64, hex, textOf, utf8 } from '../bytes';
import { openCheckpoint } from '../checkpoint';
import { trusted } from '../rotation';
import { hashOf } from '../tree';
import { type Answer, Cover, type Found, type NamedTree, type Tally } from './cover';

export interface VerifiedSearch {
  ledger: string;
  clauses: string[];
  first: number;
  end: number;
  size: number;
  found: Found[];
  tally: Tally;
}

type Line = Record<string, any>;

function parseLines(bytes: Uint8Array): Line[] {
  return textOf(bytes, 'a search')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return JSON.parse(line) as Line;
      } catch {
        demand(false, 'a line of the search is no JSON');
      }
    });
}

const bytesOf = (text: unknown): Bytes => {
  demand(typeof text === 'string', 'a line of the search lacks bytes');
  return fromBase64(text);
};
const pathOf = (path: unknown): Bytes[] => {
  demand(Array.isArray(path), 'a line of the search lacks a path');
  return path.map(bytesOf);
};

export async function verifySearch(bytes: Uint8Array, vkeys: string[]): Promise<VerifiedSearch> {
  const lines = parseLines(bytes);
  const [head, last] = [lines[0], lines.at(-1)];
  demand(head?.kind === 'search' && head.version === 1 && last?.kind === 'end', 'this is no search, or it is cut off');
  const trees = await treesOf(head, vkeys);
  const digits = hex(hashOf(utf8(head.spec))).slice(0, 32);
  demand(
    !head.index_ledger || (head.index_ledger.startsWith('_index.') && head.index_ledger.endsWith(`.${digits}`)),
    'the index ledger is not named after the spec',
  );
  let [first, end] = [head.first, head.first + head.count];
  const whole = { first, end };
  const found: Found[] = [];
  const tally: Tally = { delivered: 0, excluded: 0, expired: 0, unreadable: [], open: 0 };
  for (const { from, to, answers } of pagesOf(lines.slice(1, -1))) {
    const follows = head.newest_first ? to === end && from >= first : from === first;
    demand(follows && first <= from && from < to && to <= end, 'a page does not follow on the one before');
    [first, end] = head.newest_first ? [first, from] : [to, end];
    const cover = new Cover({
      ledger: head.ledger,
      spec: head.spec,
      clauses: head.clauses,
      first: from,
      end: to,
      trees,
    });
    for (const answer of answers) found.push(...cover.take(answer));
    add(tally, cover.sum);
  }
  demand(first === end && tally.open === 0, 'the search is incomplete: nothing was said of some of its entries');
  return { ledger: head.ledger, clauses: head.clauses, ...whole, size: trees.ledger.size, found, tally };
}

export function add(sum: Tally, more: Tally): void {
  sum.delivered += more.delivered;
  sum.excluded += more.excluded;
  sum.expired += more.expired;
  sum.unreadable.push(...more.unreadable);
  sum.open += more.open;
}

async function treesOf(head: Line, vkeys: string[]) {
  const open = async (name: string, note: unknown): Promise<NamedTree | null> => {
    if (note === undefined || note === null) return null;
    const blob = bytesOf(note);
    const origin = textOf(blob, 'a checkpoint').split('\n')[0];
    demand(origin.endsWith(`/${name}`), `a checkpoint is of ${origin}, and not of ${name}`);
    return openCheckpoint(blob, origin, trusted(vkeys, origin));
  };
  const ledger = await open(head.ledger, head.ledger_checkpoint);
  demand(ledger !== null, 'the search has no checkpoint of its ledger');
  const store = ledger.origin.slice(0, -head.ledger.length);
  const index = await open(head.index_ledger, head.index_checkpoint);
  const audit = await open('_audit', head.audit_checkpoint);
  demand(
    [index, audit].every((tree) => !tree || tree.origin.startsWith(store)),
    'the checkpoints are of several stores',
  );
  return { ledger, index, audit };
}

interface FilePage {
  from: number;
  to: number;
  answers: Answer[];
}

function pagesOf(lines: Line[]): FilePage[] {
  const pages: FilePage[] = [];
  for (const line of lines) {
    if (line.kind === 'page') pages.push({ from: line.first, to: line.first + line.count, answers: [] });
    else {
      demand(pages.length > 0, 'an answer of the search is on no page');
      pages.at(-1)!.answers.push(answerOf(line));
    }
  }
  return pages;
}

const provenOf = (line: Line) => ({ index: line.index, entry: bytesOf(line.entry), path: pathOf(line.path) });

function answerOf(line: Line): Answer {
  switch (line.kind) {
    case 'segment':
      return {
        kind: 'segment',
        segment: line.segment,
        statement: provenOf(line.statement),
        path: pathOf(line.path),
        key: line.key === undefined ? new Uint8Array(0) : bytesOf(line.key),
        pages: line.pages.map((page: Line) => ({
          field: page.field,
          page: page.page,
          bytes: bytesOf(page.bytes),
          path: pathOf(page.path),
        })),
      };
    case 'bundle':
      return { kind: 'bundle', bundle: line.bundle, entries: bytesOf(line.entries), path: pathOf(line.path) };
    case 'expired':
      return { kind: 'expired', first: line.first, count: line.count, tombstone: provenOf(line.tombstone) };
    case 'unreadable':
      return { kind: 'unreadable', first: line.first, count: line.count, reason: String(line.reason) };
    default:
      demand(false, `a line of the search is of a kind that there is not: ${line.kind}`);
  }
}
