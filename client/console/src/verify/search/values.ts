// How values are compared: numbers as plain decimals, times as microseconds, addresses in one spelling. What cannot be
// read as its field asks makes a record opaque.
// Pure; page and worker.
import { utf8 } from '../bytes';
import type { Field } from './spec';

/** A record is opaque: nothing is known of it, so it belongs to every answer about records. */
export class Opaque extends Error {}

export type Value = string | bigint | number;

const valueBytesMax = 4096;

export interface Raw {
  text: string;
  isNumber: boolean;
  isLiteral?: boolean; // true or false
}

export function canonical(field: Field, raw: Raw): Value {
  if (isTooLong(raw.text)) throw new Opaque();
  const text = raw.isNumber ? numberText(raw.text) : raw.text;
  if (field.kind === 'time') return raw.isNumber ? timeOfNumber(text, field.unit) : timeOfText(text);
  if (field.kind === 'number') return doubleOf(text);
  if (field.kind === 'ip') return ipText(text);
  return field.isFolded ? text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase()) : text;
}

/** The beginnings of a value that can be asked for. */
export function prefixesOf(field: Field, text: string): string[] {
  const all: string[] = [];
  if (field.prefix === '') return all;
  for (let i = 0; i < text.length; i++) {
    if (field.prefix.includes(text[i])) all.push(text.slice(0, i + 1));
  }
  return all;
}

/** Whether a text has more bytes than a value may have; a character has at most three for each of its units. */
export function isTooLong(text: string): boolean {
  return text.length > valueBytesMax / 3 && utf8(text).length > valueBytesMax;
}

export function numberText(token: string): string {
  const [, sign, whole, part = '', exponentText = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.*))?$/.exec(token) ?? [];
  if (whole === undefined || exponentText.replace(/^[+\-0]*/, '').length > 5) throw new Opaque();
  const digits = (whole + part).replace(/^0+/, '');
  const power = digits.length - 1 + Number(exponentText) - part.length;
  const text = digits.replace(/0+$/, '');
  if (text === '') return '0';
  let plain: string;
  if (power < -6 || power > 39) plain = text[0] + (text.length > 1 ? `.${text.slice(1)}` : '') + `e${power}`;
  else if (power >= text.length - 1) plain = text + '0'.repeat(power + 1 - text.length);
  else if (power >= 0) plain = `${text.slice(0, power + 1)}.${text.slice(power + 1)}`;
  else plain = `0.${'0'.repeat(-power - 1)}${text}`;
  return sign + plain;
}

const units: Record<string, [bigint, bigint]> = {
  s: [1_000_000n, 1n],
  ms: [1000n, 1n],
  us: [1n, 1n],
  ns: [1n, 1000n],
};

function timeOfNumber(text: string, unit: string): bigint {
  if (text.length > 24 || text.includes('e')) throw new Opaque();
  const [whole, part = ''] = text.split('.');
  const scaled = BigInt(whole + part);
  const scale = 10n ** BigInt(part.length);
  const [times, over] = units[unit];
  const micros = floorDivide(scaled * times, scale * over);
  const isHuge = (scaled < 0n ? -scaled : scaled) > 10n ** 22n * scale;
  if (isHuge || micros >= 2n ** 63n || micros <= -(2n ** 63n)) throw new Opaque();
  return micros;
}

function floorDivide(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n);
}

const timePattern = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

export function timeOfText(text: string): bigint {
  const found = timePattern.exec(text);
  if (!found) throw new Opaque();
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const [offsetHours, offsetMinutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDay || hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) throw new Opaque();
  const offset = (offsetHours * 60 + offsetMinutes) * (found[8] === '-' ? -1 : 1);
  const seconds = date.getTime() / 1000 + hour * 3600 + (minute - offset) * 60 + second;
  return BigInt(seconds) * 1_000_000n + BigInt(((found[7] ?? '') + '000000').slice(0, 6));
}

export function doubleOf(text: string): number {
  if (!/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text)) throw new Opaque();
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Opaque();
  return value === 0 ? 0 : value;
}

/** An address in one spelling; what is none stays as it is. */
export function isAddress(text: string): boolean {
  return isIpv4(text) || ipv6Groups(text) !== null;
}

export function ipText(text: string): string {
  if (isIpv4(text)) return text;
  const groups = ipv6Groups(text);
  if (!groups) return text;
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return [groups[6] >> 8, groups[6] & 255, groups[7] >> 8, groups[7] & 255].join('.');
  }
  return ipv6Text(groups);
}

function isIpv4(text: string): boolean {
  return /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
}

function ipv6Groups(text: string): number[] | null {
  let rest = text;
  const tail = /:((?:\d{1,3}\.){3}\d{1,3})$/.exec(text);
  if (tail) {
    if (!isIpv4(tail[1])) return null;
    const [a, b, c, d] = tail[1].split('.').map(Number);
    rest = `${text.slice(0, -tail[1].length)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const sides = rest.split('::');
  if (sides.length > 2) return null;
  const [left, right] = [sides[0], sides[1] ?? ''].map((side) => (side === '' ? [] : side.split(':')));
  const given = [...left, ...right];
  if (!given.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  const missing = 8 - given.length;
  if (sides.length === 2 ? missing < 1 : missing !== 0) return null;
  const zeros = Array<string>(missing).fill('0');
  return [...left, ...zeros, ...right].map((group) => parseInt(group, 16));
}

function ipv6Text(groups: number[]): string {
  let [start, length] = [-1, 1]; // one group of zeros alone is not shortened
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  const text = groups.map((group) => group.toString(16));
  if (start < 0) return text.join(':');
  return `${text.slice(0, start).join(':')}::${text.slice(start + length).join(':')}`;
}
