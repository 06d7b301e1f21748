// Searches and evidence that a real server and the command `ledger` made (test/data), and what becomes of them when
// somebody changes something; values by the rules of docs/FORMAT.md.
// Test code.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bytes, concat, fromBase64, toBase64, utf8 } from '../src/verify/bytes';
import { verifyEvidence } from '../src/verify/evidence';
import { verifySearch } from '../src/verify/search/file';
import { Clause, saidBy } from '../src/verify/search/record';
import { parseSpec, typedClause } from '../src/verify/search/spec';
import { ipText, numberText, Opaque, timeOfText } from '../src/verify/search/values';

const data = join(import.meta.dirname, 'data');
const vkeys = readFileSync(join(data, 'vkeys'), 'utf8').trim().split('\n');
const linesOf = (name: string): any[] =>
  readFileSync(join(data, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const lines = linesOf('search.ndjson');
const salted = linesOf('salted.ndjson');
const fileOf = (all: unknown[]): Bytes => utf8(all.map((line) => JSON.stringify(line)).join('\n') + '\n');
const changed = (change: (all: any[]) => void): Bytes => {
  const all = structuredClone(lines);
  change(all);
  return fileOf(all);
};
const of = (all: any[], kind: string): any => all.find((line) => line.kind === kind);

function flip(text: string, at: number): string {
  const bytes = fromBase64(text);
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  return toBase64(bytes);
}

describe('a search', () => {
  it('is complete, and has what the command found', async () => {
    const said = await verifySearch(fileOf(lines), vkeys);
    expect(said.found.map((one) => one.index)).toEqual([5, 300, 777, 40000, 65540]);
    expect(said.found.filter((one) => one.isMaybe).map((one) => one.index)).toEqual([777]);
    expect(said.tally).toMatchObject({ open: 0, excluded: 252, delivered: 5 });
  });

  it.each<[string, (all: any[]) => void]>([
    ['an entry that was changed', (all) => (of(all, 'bundle').entries = flip(of(all, 'bundle').entries, -1))],
    ['a bundle that is missing', (all) => all.splice(all.indexOf(of(all, 'bundle')), 1)],
    ['a bundle that is there twice', (all) => all.splice(all.length - 1, 0, of(all, 'bundle'))],
    ['another statement', (all) => (of(all, 'segment').statement.entry = flip(of(all, 'segment').statement.entry, -1))],
    [
      'a page that was changed',
      (all) => (of(all, 'segment').pages[0].bytes = flip(of(all, 'segment').pages[0].bytes, -1)),
    ],
    ['a page of another place', (all) => (of(all, 'segment').pages[0].page ^= 1)],
    [
      'a path of a segment that was changed',
      (all) => (of(all, 'segment').path[0] = flip(of(all, 'segment').path[0], 0)),
    ],
    ['a larger range', (all) => (all[0].count += 1)],
    ['no end', (all) => all.pop()],
    ['another spec', (all) => (all[0].spec = all[0].spec.replace('field who text', 'field who id'))],
    ['a checkpoint that was changed', (all) => (all[0].ledger_checkpoint = flip(all[0].ledger_checkpoint, 20))],
    [
      'entries that cannot be read, by a claim for half a bundle',
      (all) => all.splice(all.length - 1, 0, { kind: 'unreadable', first: 0, count: 7, reason: '' }),
    ],
    [
      'what expired, without a tombstone',
      (all) => {
        const bundle = of(all, 'bundle');
        all[all.indexOf(bundle)] = {
          kind: 'expired',
          first: bundle.bundle * 256,
          count: 256,
          tombstone: of(all, 'segment').statement,
        };
      },
    ],
  ])('with %s is refused', async (_, change) => {
    await expect(verifySearch(changed(change), vkeys)).rejects.toThrow();
  });

  it('asks everything again when the pages of its index are not there', async () => {
    const without = changed((all) => (of(all, 'segment').pages = []));
    await expect(verifySearch(without, vkeys)).rejects.toThrow('incomplete');
  });

  it('is nothing without trusted keys', async () => {
    await expect(verifySearch(fileOf(lines), [])).rejects.toThrow('no trusted key');
    await expect(
      verifySearch(
        fileOf(lines),
        vkeys.filter((one) => !one.includes('_index')),
      ),
    ).rejects.toThrow('no trusted key');
  });
});

describe('a search of a salted ledger', () => {
  const withKey = (key: string | undefined): Bytes => {
    const all = structuredClone(salted);
    of(all, 'segment').key = key;
    return fileOf(all);
  };

  it('is complete, and has what the command found', async () => {
    const said = await verifySearch(fileOf(salted), vkeys);
    expect(said.found.map((one) => one.index)).toEqual([777, 50000, 65540]);
    expect(said.tally).toMatchObject({ open: 0, excluded: 254 });
  });

  it.each<[string, string | undefined]>([
    ['no key', undefined],
    ['another key', toBase64(new Uint8Array(32))],
    ['a key with a byte too many', toBase64(concat(fromBase64(of(salted, 'segment').key), Uint8Array.of(0)))],
    ['a key with one bit changed', flip(of(salted, 'segment').key, 0)],
  ])('with %s is refused', async (_, key) => {
    await expect(verifySearch(withKey(key), vkeys)).rejects.toThrow('the key of an index');
  });

  it('has no key where its statement names none', async () => {
    const all = changed((some) => (of(some, 'segment').key = toBase64(new Uint8Array(32))));
    await expect(verifySearch(all, vkeys)).rejects.toThrow('a key came with an index that has none');
  });
});

function filesIn(directory: string): Record<string, Bytes> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
  return Object.fromEntries(
    names
      .filter((name) => statSync(name).isFile())
      .map((name) => [relative(directory, name), new Uint8Array(readFileSync(name))]),
  );
}

describe('an evidence directory', () => {
  const files = filesIn(join(data, 'evidence'));
  const receipt = 'receipts/000000000301.tlog-proof';

  it('is verified as a whole', async () => {
    const said = await verifyEvidence(files, vkeys);
    expect(said.entries.map((one) => one.index)).toEqual([5, 300, 301, 302]);
    expect(said.unchecked).toEqual(['vkey']);
  });

  it.each<[string, Record<string, Bytes | undefined>]>([
    ['a receipt that is missing', { [receipt]: undefined }],
    ['a receipt of another entry', { [receipt]: files['receipts/000000000302.tlog-proof'] }],
    ['another checkpoint', { checkpoint: concat(files.checkpoint, utf8('\u2014 x AAAAAAA=\n')) }],
    [
      'a readable line that says another thing',
      {
        'entries.ndjson': utf8(new TextDecoder().decode(files['entries.ndjson']).replace('key.export', 'key.forget')),
      },
    ],
    ['no readable lines', { 'entries.ndjson': undefined }],
    [
      'another tree in bundle.json',
      {
        'bundle.json': utf8(new TextDecoder().decode(files['bundle.json']).replace('"size":6', '"size":7')),
      },
    ],
  ])('with %s is refused', async (_, change) => {
    const all = Object.fromEntries(Object.entries({ ...files, ...change }).filter(([, bytes]) => bytes)) as Record<
      string,
      Bytes
    >;
    await expect(verifyEvidence(all, vkeys)).rejects.toThrow();
  });
});

describe('values', () => {
  it.each([
    ['100', '100'],
    ['100.0', '100'],
    ['1e2', '100'],
    ['-0.0', '0'],
    ['0.250', '0.25'],
    ['1e40', '1e40'],
    ['1e39', `1${'0'.repeat(39)}`],
    ['0.000001', '0.000001'],
    ['0.0000001', '1e-7'],
    ['-1.5e-7', '-1.5e-7'],
    ['123.456e1', '1234.56'],
  ])('number %s is %s', (token, text) => expect(numberText(token)).toBe(text));

  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['1::', '1::'],
    ['10.0.0.01', '10.0.0.01'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['host', 'host'],
    ['1:::2', '1:::2'],
  ])('address %s is %s', (given, text) => expect(ipText(given)).toBe(text));

  it('times are of the calendar', () => {
    expect(timeOfText('1970-01-01T00:00:00Z')).toBe(0n);
    expect(timeOfText('2016-12-31t23:59:60.1234567z')).toBe(1483228800123456n);
    expect(timeOfText('2026-01-31 08:00:00.5+05:30')).toBe(1769826600500000n);
    for (const bad of ['2026-02-29T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00', '0000-01-01T00:00:00Z']) {
      expect(() => timeOfText(bad), bad).toThrow(Opaque);
    }
  });

  const spec = parseSpec(
    'ledgerstore fields/v1\nfield who text fold required\npath a.b\npath c[*]["d.e"]\nfield n number\npath n\n',
  );
  const entry = (payload: string): Bytes => {
    const bytes = utf8(payload);
    const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)];
    return concat(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 0x32, ...length), bytes);
  };

  it.each<[string, string, boolean | null]>([
    ['{"a":{"b":"Anna"}}', 'who=anna', true],
    ['{"a":{"b":"x","b":"anna"}}', 'who=ANNA', true],
    ['{"a":{"b":null},"c":[{"d.e":"anna"},{}]}', 'who={bob,anna}', true],
    ['{"a":{"b":"bob"},"c":[{"d.e":"anna"}]}', 'who=anna', false],
    ['[]', 'who=anna', null],
    ['{"a":{"b":"\\ud800"}}', 'who=anna', null],
    ['{"n":"x"}', 'who=anna', null],
    ['{"n":10}', 'n>=10', true],
    ['{"n":9.99}', 'n>=10', false],
    ['{"x":1}', '@flag=missing:who', true],
    [`{"a":{"b":"${'x'.repeat(5000)}"}}`, 'who=x', null],
  ])('%s has %s: %s', (payload, clause, verdict) => {
    expect(new Clause(spec, typedClause(clause)).matches(saidBy(spec, entry(payload)))).toBe(verdict);
  });

  const strict = parseSpec(
    'ledgerstore fields/v1\nfield who text required type=string\npath who\nfield outcome text fold\npath outcome\n' +
      'value success\nvalue failure\nfield ok text type=boolean\npath ok\nfield where ip type=address\npath ip\n' +
      'field when time unit=ms skew=300\npath t\nreject\n',
  );

  it.each<[string, string[]]>([
    ['{"who":"anna","outcome":"SUCCESS","ok":true,"ip":"::1","t":-300000}', []],
    ['{}', ['missing:who']],
    [
      '{"who":7,"outcome":"x","ok":"true","ip":"host","t":300001}',
      ['type:who', 'value:outcome', 'type:ok', 'type:where', 'skew:when'],
    ],
  ])('%s has the flags %s', (payload, flags) => {
    expect(saidBy(strict, entry(payload)).values.get(3) ?? []).toEqual(flags);
  });

  it('clauses that cannot be are refused', () => {
    for (const bad of ['who', 'nobody=x', 'who>x', 'n=x', 'who={a,b', 'who={a}b']) {
      expect(() => new Clause(spec, typedClause(bad)), bad).toThrow();
    }
  });
});
