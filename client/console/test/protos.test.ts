// The tables of messages against the .proto files: every field that the page names has the number and the type there.
// Test code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../src/verify/bytes';
import { decode, encode, type Table } from '../src/wire/codec';
import * as events from '../src/wire/events';
import { frames, parseTrailers } from '../src/wire/grpcWeb';
import * as messages from '../src/wire/messages';

const protos = join(import.meta.dirname, '../../LedgerStore.Protocol/Protos/ledgerstore');

function parse(file: string): Map<string, Map<string, { type: string; no: number; isRepeated: boolean }>> {
  const text = readFileSync(join(protos, file), 'utf8').replaceAll(/\/\/.*/g, '');
  const all = new Map();
  for (const [, name, body] of text.matchAll(/\bmessage (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}/g)) {
    const fields = new Map();
    const inner = body.replaceAll(/enum \w+ \{[^}]*\}/g, '');
    for (const [, repeats, type, field, no] of inner.matchAll(/(repeated |optional )?([\w.]+) (\w+) = (\d+);/g)) {
      fields.set(field, { type, no: Number(no), isRepeated: repeats === 'repeated ' });
    }
    all.set(name, fields);
  }
  return all;
}

describe.each([
  ['v1/ledgerstore.proto', messages as Record<string, unknown>],
  ['events/v1/events.proto', events as Record<string, unknown>],
])('%s', (file, tables) => {
  const proto = parse(file);
  const named = Object.entries(tables).filter(([name]) => proto.has(name)) as [string, Table][];

  it('has the messages', () => {
    expect(named.length).toBeGreaterThan(10);
    const ours = Object.keys(tables).filter((name) => !['Timestamp', 'Duration'].includes(name));
    expect(ours.filter((name) => !proto.has(name))).toEqual([]);
  });

  it.each(named)('%s', (name, table) => {
    for (const [field, { no, kind, isRepeated }] of Object.entries(table)) {
      const there = proto.get(name)!.get(field);
      expect(there, `${name}.${field}`).toBeDefined();
      expect({ no, isRepeated }, field).toEqual({ no: there!.no, isRepeated: there!.isRepeated });
      const type = there!.type.split('.').at(-1)!;
      if (typeof kind === 'string')
        expect(kind === 'enum' ? /^(State|Cause)$/ : kind).toSatisfy((k: string | RegExp) =>
          k instanceof RegExp ? k.test(type) : k === type,
        );
      else expect(kind, field).toBe({ ...messages, ...events }[type as 'Entries']);
    }
  });
});

describe('a message', () => {
  it('is what was encoded', () => {
    const sent = { ledger: 'dëmo', clauses: ['a=1', 'b=2'], first: 0, end: 2 ** 40, newest_first: true };
    expect(decode(messages.SearchRequest, encode(messages.SearchRequest, sent))).toMatchObject(sent);
  });

  it('with more than a number can say, a type that is another, or an end that is missing is refused', () => {
    const tooMuch = Uint8Array.of(0x28, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
    expect(() => decode(messages.LedgerInfo, tooMuch)).toThrow('beyond');
    expect(() => decode(messages.LedgerInfo, Uint8Array.of(0x08, 1))).toThrow('another type');
    expect(() => decode(messages.LedgerInfo, Uint8Array.of(0x0a, 5, 1))).toThrow('cut off');
  });
});

describe('frames', () => {
  const frame = (flag: number, text: string) => [flag, 0, 0, 0, text.length, ...utf8(text)];

  it('are put together from chunks of any size', async () => {
    const all = Uint8Array.from([...frame(0, 'one'), ...frame(0, ''), ...frame(0x80, 'grpc-status: 0\r\n')]);
    for (let step = 1; step <= all.length; step++) {
      const body = new ReadableStream({
        start(controller) {
          for (let at = 0; at < all.length; at += step) controller.enqueue(all.subarray(at, at + step));
          controller.close();
        },
      });
      const got: string[] = [];
      for await (const { flag, content } of frames(new Response(body)))
        got.push(flag + new TextDecoder().decode(content));
      expect(got).toEqual(['0one', '0', '128grpc-status: 0\r\n']);
    }
    expect(parseTrailers(utf8('grpc-status: 5\r\nGrpc-Message:a%20b\r\n')).get('grpc-message')).toBe('a%20b');
  });
});
