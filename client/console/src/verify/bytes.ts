// Bytes, texts and how they are written: base64 and hex, each in its one spelling. What a stranger sent is decoded here
// and nowhere else, and what has two spellings is refused.
// Pure; page and worker.

export type Bytes = Uint8Array<ArrayBuffer>;

/** What was checked is not what it claims to be. The message says what, for people. */
export class Refused extends Error {}

export function demand(isTrue: boolean, message: string): asserts isTrue {
  if (!isTrue) throw new Refused(message);
}

export function concat(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Standard base64 with padding, as RFC 4648 section 4 has it; another spelling of the same bytes is refused. */
export function fromBase64(text: string): Bytes {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new Refused('a text is no base64');
  }
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  demand(toBase64(bytes) === text, 'a text is not base64 in its one spelling');
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes that must be UTF-8; a byte order mark stays what it is, a character. */
export function textOf(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Refused(`${what} is not UTF-8`);
  }
}

/** A number in decimal without leading zeros, as far as this browser counts exactly. */
export function decimal(text: string, what: string): number {
  demand(/^(0|[1-9][0-9]{0,15})$/.test(text), `${what} is no decimal number: ${text.slice(0, 40)}`);
  const value = Number(text);
  demand(Number.isSafeInteger(value), `${what} is beyond what a browser counts exactly: ${text}`);
  return value;
}
