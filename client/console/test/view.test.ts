// What the page makes of strangers' texts, and the files that it gives away.
// Test code.
import { describe, expect, it } from 'vitest';
import type { Row } from '../src/state/rows';
import { utf8 } from '../src/verify/bytes';
import { parseJson, textAt } from '../src/verify/json';
import { leafHash, nodeHash } from '../src/verify/tree';
import { cell, csvOf, ndjsonOf } from '../src/view/files';
import { buckets } from '../src/view/histogram';
import { lineOf, payloadOf } from '../src/view/summary';
import { tar } from '../src/view/tar';

const entry = (payload: string, contentType = 'application/json') => ({
  micros: 1_764_500_000_123_456n,
  appender: 'spiffe://x/app',
  producer: '',
  sequence: 0n,
  contentType,
  payload: utf8(payload),
  salt: new Uint8Array(0),
});
const row = (index: number, payload: string): Row => ({
  index,
  bytes: utf8(payload),
  entry: entry(payload),
  gone: '',
  verdict: { word: 'verified', why: '' },
});

describe('JSON', () => {
  it('keeps numbers and names as they are written', () => {
    const tree = parseJson('{"n":12345678901234567890,"n":1.50,"__proto__":{"x":1}}');
    expect(tree).toMatchObject({
      kind: 'object',
      members: [
        ['n', { text: '12345678901234567890' }],
        ['n', { text: '1.50' }],
        ['__proto__', {}],
      ],
    });
    expect(textAt(tree, '__proto__', 'x')).toBe('1');
    expect(textAt(parseJson('{}'), 'constructor')).toBe('');
  });

  it.each([
    '',
    '{',
    '{"a"}',
    '[1,]',
    '01',
    '1.',
    '"\u0001"',
    '"\\x"',
    '{"a":1}x',
    'nul',
    '\ufeff{}',
    `${'['.repeat(65)}${']'.repeat(65)}`,
  ])('%j is none', (text) => expect(parseJson(text)).toBeNull());

  it('takes 64 levels', () => expect(parseJson(`${'['.repeat(64)}${']'.repeat(64)}`)).not.toBeNull());
});

describe('a record', () => {
  it('is shown as what it is', () => {
    expect(payloadOf(entry('{"a":1}')).kind).toBe('json');
    expect(payloadOf(entry('{"a":1')).kind).toBe('text');
    expect(payloadOf({ ...entry(''), payload: Uint8Array.of(0xff) }).kind).toBe('bytes');
    expect(lineOf(entry('{"actor":{"user":{"name":"anna"}},"api":{"operation":"x.y"},"status":"Failure"}'))).toBe(
      'anna x.y \u2192 Failure',
    );
    expect(payloadOf(entry('\u0001', 'application/x-ledgerstore-event')).kind).toBe('bytes');
  });
});

describe('files', () => {
  it('CSV runs nothing in a spreadsheet, and quotes what it must', () => {
    expect(cell('=1+1')).toBe("'=1+1");
    expect(cell('@x')).toBe("'@x");
    expect(cell(-5)).toBe('-5');
    expect(cell('a"b,c')).toBe('"a""b,c"');
    const text = csvOf([row(7, '=cmd|x')]);
    expect(text).toContain("'=cmd|x");
    expect(text).toContain('2025-11-30T10:53:20.123456Z');
  });

  it('NDJSON has a line for each entry', () => {
    const lines = ndjsonOf([row(7, '{"a":"\n"}'), row(8, 'x')])
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).index)).toEqual([7, 8]);
    expect(JSON.parse(lines[0]).record).toBe('{"a":"\n"}');
  });

  it('tar has whole blocks and a checksum', () => {
    const file = tar([['a/b', utf8('hello')]], 0);
    expect(file.length).toBe(512 * 4);
    const sum = file.slice(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    expect(parseInt(new TextDecoder().decode(file.slice(148, 154)), 8)).toBe(sum);
  });
});

it('a histogram counts every entry once', () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({
    ...row(i, '{}'),
    entry: { ...entry('{}'), micros: BigInt(i * i) * 1000n },
  }));
  const { values } = buckets(rows);
  expect(values.reduce((sum: number, one) => sum + (one ?? 0), 0)).toBe(200);
  expect(values.length).toBeLessThanOrEqual(60);
});

describe('the drawing of a proof', () => {
  it('ends at the root', async () => {
    const { stepsOf } = await import('../src/view/proof');
    const [a, b, c] = ['a', 'b', 'c'].map((text) => leafHash(utf8(text)));
    const root = nodeHash(nodeHash(a, b), c);
    expect(stepsOf(2, 3, c, [nodeHash(a, b)]).at(-1)!.hash).toEqual(root);
    expect(stepsOf(1, 3, b, [a, c]).at(-1)!.hash).toEqual(root);
  });
});

describe('hidden characters', () => {
  it('have signs', async () => {
    const { plain } = await import('../src/view/text');
    expect(plain('a\u001b[31m\u202eb\u200bc\u0000\n')).toBe(
      'a\u27e81B\u27e9[31m\u27e8202E\u27e9b\u27e8200B\u27e9c\u27e800\u27e9\u23ce',
    );
    expect(plain('Grüße, 世界 😀')).toBe('Grüße, 世界 😀');
  });
});
