// Entries: one encoding, and every other one refused.
// Test code.
import { describe, expect, it } from 'vitest';
import { type Bytes, concat, utf8 } from '../src/verify/bytes';
import { decodeEntry, splitBundle } from '../src/verify/entry';

const time = Uint8Array.of(0x09, 1, 0, 0, 0, 0, 0, 0, 0);
const field = (tag: number, text: string): Bytes => concat(Uint8Array.of(tag, text.length), utf8(text));

describe('an entry', () => {
  it('has its fields', () => {
    const entry = decodeEntry(
      concat(
        time,
        field(0x12, 'anna'),
        field(0x1a, 'p'),
        Uint8Array.of(0x20, 0x96, 1),
        field(0x2a, 'text/plain'),
        field(0x32, 'hello'),
      ),
    );
    expect(entry).toMatchObject({
      micros: 1n,
      appender: 'anna',
      producer: 'p',
      sequence: 150n,
      contentType: 'text/plain',
      payload: utf8('hello'),
    });
    expect(decodeEntry(time).payload.length).toBe(0);
  });

  it.each([
    ['no time', field(0x12, 'anna')],
    ['another order', concat(time, field(0x32, 'x'), field(0x12, 'anna'))],
    ['one field twice', concat(time, field(0x12, 'a'), field(0x12, 'b'))],
    ['an empty field that is there', concat(time, Uint8Array.of(0x12, 0))],
    ['an unknown field', concat(time, field(0x42, 'a'))],
    ['a long varint', concat(time, Uint8Array.of(0x12, 0x81, 0), utf8('a'))],
    ['a varint that does not end', concat(time, Uint8Array.of(0x12, 0x81))],
    ['a field that is cut off', concat(time, Uint8Array.of(0x12, 9), utf8('anna'))],
    ['a producer without a sequence', concat(time, field(0x1a, 'p'))],
    ['a sequence without a producer', concat(time, Uint8Array.of(0x20, 1))],
    ['a text that is not UTF-8', concat(time, Uint8Array.of(0x12, 1, 0xff))],
    ['a short salt', concat(time, field(0x3a, 'short'))],
  ])('with %s is refused', (_, bytes) => {
    expect(() => decodeEntry(bytes)).toThrow();
  });

  it('stands in a bundle behind its length, and a bundle that is cut off is none', () => {
    expect(splitBundle(Uint8Array.of(0, 1, 7, 0, 0, 0, 2, 8, 9)).map((e) => [...e])).toEqual([[7], [], [8, 9]]);
    expect(() => splitBundle(Uint8Array.of(0, 2, 7))).toThrow();
    expect(() => splitBundle(Uint8Array.of(0))).toThrow();
  });
});
