// A directory as one file: tar in the form of POSIX 1003.1-1988 (ustar), which every system unpacks. Names are ours
// and short.
// Pure.
import { type Bytes, concat, utf8 } from '../verify/bytes';

const block = 512;

export function tar(files: [string, Bytes][], seconds: number): Bytes {
  const parts: Bytes[] = [];
  for (const [name, content] of files) {
    parts.push(
      header(name, content.length, seconds),
      content,
      new Uint8Array((block - (content.length % block)) % block),
    );
  }
  return concat(...parts, new Uint8Array(2 * block));
}

function header(name: string, length: number, seconds: number): Bytes {
  const out = new Uint8Array(block);
  const put = (at: number, text: string): void => out.set(utf8(text), at);
  const octal = (value: number, digits: number): string => Math.floor(value).toString(8).padStart(digits, '0');
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${octal(length, 11)}\0`);
  put(136, `${octal(seconds, 11)}\0`);
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\x0000');
  put(
    148,
    `${octal(
      out.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
  );
  return out;
}
