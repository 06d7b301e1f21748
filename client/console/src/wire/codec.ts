// Protocol buffers, as far as the API's messages need them: a message is a table of fields, and its type follows from
// the table. Written by hand instead of generated, because it is smaller than any runtime; a test compares the tables
// with the .proto files. What comes in is hostile: bounded, and refused when it is not what the table says.
// Pure; page and worker.
import { type Bytes, concat, demand, textOf, utf8 } from '../verify/bytes';

type Kind =
  'string' | 'bytes' | 'uint64' | 'uint32' | 'int64' | 'int32' | 'fixed64' | 'bool' | 'double' | 'enum' | Table;

export interface Field<T> {
  no: number;
  kind: Kind;
  isRepeated: boolean;
  value?: T;
}

export type Table = { [name: string]: Field<any> };
export type Of<S extends Table> = { [K in keyof S]: S[K] extends Field<infer T> ? T : never };

const field =
  <T>(kind: Kind) =>
  (no: number): Field<T> => ({ no, kind, isRepeated: false });

export const string = field<string>('string');
export const bytes = field<Bytes>('bytes');
export const uint64 = field<number>('uint64');
export const uint32 = field<number>('uint32');
export const int64 = field<number>('int64');
export const int32 = field<number>('int32');
export const bool = field<boolean>('bool');
export const double = field<number>('double');
export const enumeration = field<number>('enum');

export function message<S extends Table>(no: number, table: S): Field<Of<S> | null> {
  return { no, kind: table, isRepeated: false };
}

export function repeated<T>(one: Field<T>): Field<NonNullable<T>[]> {
  return { no: one.no, kind: one.kind, isRepeated: true };
}

const varintBytesMax = 10;

/** The message; a field that is not given is not sent, one that is given is sent, zero too. */
export function encode<S extends Table>(table: S, values: Partial<Of<S>>): Bytes {
  const parts: Uint8Array[] = [];
  for (const [name, one] of Object.entries(table)) {
    const value = (values as Record<string, unknown>)[name];
    if (value === undefined || value === null) continue;
    for (const each of one.isRepeated ? (value as unknown[]) : [value]) parts.push(encodeField(one, each));
  }
  return concat(...parts);
}

function encodeField({ no, kind }: Field<unknown>, value: any): Bytes {
  if (kind === 'double' || kind === 'fixed64') throw new Error('no request has a field of 64 fixed bits');
  const isNumber = typeof kind === 'string' && kind !== 'string' && kind !== 'bytes';
  if (isNumber) return concat(varint(no * 8), varint(Number(value)));
  const content = kind === 'string' ? utf8(value) : kind === 'bytes' ? value : encode(kind as Table, value);
  return concat(varint(no * 8 + 2), varint(content.length), content);
}

function varint(value: number): Bytes {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  return Uint8Array.from(out);
}

export function decode<S extends Table>(table: S, data: Uint8Array): Of<S> {
  const known = new Map<number, string>();
  const values: Record<string, any> = {};
  for (const [name, one] of Object.entries(table)) {
    known.set(one.no, name);
    values[name] = one.isRepeated ? [] : emptyOf(one.kind);
  }
  const reader = new Reader(data);
  while (!reader.isDone) {
    const tag = Number(reader.varint());
    const name = known.get(Math.floor(tag / 8));
    if (name === undefined) {
      reader.skip(tag % 8);
      continue;
    }
    const one = table[name];
    // Numbers that repeat may come packed, as one run of bytes.
    if (one.isRepeated && tag % 8 === 2 && typeof one.kind === 'string' && !/string|bytes/.test(one.kind)) {
      const packed = new Reader(reader.bytes());
      while (!packed.isDone) values[name].push(packed.value(one.kind, wireOf(one.kind)));
      continue;
    }
    const value = reader.value(one.kind, tag % 8);
    if (one.isRepeated) values[name].push(value);
    else values[name] = value;
  }
  return values as Of<S>;
}

function emptyOf(kind: Kind): unknown {
  if (typeof kind === 'object') return null;
  return kind === 'string' ? '' : kind === 'bytes' ? new Uint8Array(0) : kind === 'bool' ? false : 0;
}

function wireOf(kind: Kind): number {
  if (typeof kind === 'object' || kind === 'string' || kind === 'bytes') return 2;
  return kind === 'double' || kind === 'fixed64' ? 1 : 0;
}

class Reader {
  private at = 0;

  constructor(private readonly data: Uint8Array) {}

  get isDone(): boolean {
    return this.at >= this.data.length;
  }

  value(kind: Kind, wire: number): unknown {
    demand(wire === wireOf(kind), 'a message has a field of another type than the API says');
    if (typeof kind === 'object') return decode(kind, this.bytes());
    if (kind === 'bytes') return this.bytes().slice();
    if (kind === 'string') return textOf(this.bytes(), 'a text of a message');
    if (kind === 'double') return this.fixed().getFloat64(0, true);
    if (kind === 'fixed64') return safe(this.fixed().getBigUint64(0, true));
    const value = this.varint();
    if (kind === 'bool') return value !== 0n;
    return safe(kind === 'uint64' || kind === 'uint32' ? value : BigInt.asIntN(64, value));
  }

  varint(): bigint {
    let value = 0n;
    for (let i = 0; i < varintBytesMax; i++) {
      demand(this.at < this.data.length, 'a message is cut off');
      const byte = this.data[this.at++];
      value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    demand(false, 'a message has a number that does not end');
  }

  bytes(): Uint8Array {
    const length = Number(this.varint());
    demand(length <= this.data.length - this.at, 'a message is cut off');
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 2) this.bytes();
    else if (wire === 1) this.fixed();
    else {
      demand(wire === 5 && this.data.length - this.at >= 4, 'a message has a field of a type that there is not');
      this.at += 4;
    }
  }

  private fixed(): DataView {
    demand(this.data.length - this.at >= 8, 'a message is cut off');
    this.at += 8;
    return new DataView(this.data.buffer, this.data.byteOffset + this.at - 8, 8);
  }
}

function safe(value: bigint): number {
  const number = Number(value);
  demand(Number.isSafeInteger(number), `a message has a number beyond what a browser counts exactly: ${value}`);
  return number;
}
