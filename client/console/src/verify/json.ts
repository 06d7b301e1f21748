// JSON (RFC 8259) as it is written: numbers stay texts, a name may stand twice, nothing is rounded or dropped. It
// answers what it is not by null, so that a record which is no JSON is shown and asked as what it is.
// Pure; page and worker.

export type Json =
  | { kind: 'text'; text: string }
  | { kind: 'number'; text: string }
  | { kind: 'literal'; text: string }
  | { kind: 'array'; items: Json[] }
  | { kind: 'object'; members: [string, Json][] };

export const levelsMax = 64;

class NotJson extends Error {}

/** The tree of a text that is JSON as a whole; null if it is none, or deeper than anybody reads. */
export function parseJson(text: string): Json | null {
  try {
    const parser = new Parser(text);
    const tree = parser.value(0);
    parser.white();
    return parser.isAtEnd ? tree : null;
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const escapes: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  white(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++;
  }

  value(level: number): Json {
    this.white();
    const next = this.text[this.at];
    if (next === '{') return this.object(level + 1);
    if (next === '[') return this.array(level + 1);
    if (next === '"') return { kind: 'text', text: this.string() };
    for (const literal of ['true', 'false', 'null']) {
      if (!this.text.startsWith(literal, this.at)) continue;
      this.at += literal.length;
      return { kind: 'literal', text: literal };
    }
    return { kind: 'number', text: this.match(number) };
  }

  private object(level: number): Json {
    const members: [string, Json][] = [];
    this.each(level, '}', () => {
      this.white();
      const name = this.string();
      this.white();
      this.demand(':');
      members.push([name, this.value(level)]);
    });
    return { kind: 'object', members };
  }

  private array(level: number): Json {
    const items: Json[] = [];
    this.each(level, ']', () => items.push(this.value(level)));
    return { kind: 'array', items };
  }

  private each(level: number, end: string, one: () => void): void {
    if (level > levelsMax) throw new NotJson();
    this.at++;
    this.white();
    if (this.text[this.at] === end) {
      this.at++;
      return;
    }
    for (;;) {
      one();
      this.white();
      if (this.text[this.at] === end) break;
      this.demand(',');
    }
    this.at++;
  }

  private string(): string {
    this.demand('"');
    let out = '';
    for (;;) {
      out += this.match(plain);
      const next = this.text[this.at++];
      if (next === '"') return out;
      if (next !== '\\') throw new NotJson();
      const escape = this.text[this.at++];
      if (escape === 'u') out += this.unit();
      else if (escape !== undefined && escapes[escape] !== undefined) out += escapes[escape];
      else throw new NotJson();
    }
  }

  private unit(): string {
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new NotJson();
    this.at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  private demand(char: string): void {
    if (this.text[this.at++] !== char) throw new NotJson();
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) throw new NotJson();
    this.at += found[0].length;
    return found[0];
  }
}

/** The first value at a path of names; what the page shows of records that it knows, such as alerts. */
export function memberOf(tree: Json | null, ...path: string[]): Json | null {
  let at: Json | null = tree;
  for (const name of path) {
    at = at?.kind === 'object' ? (at.members.find(([one]) => one === name)?.[1] ?? null) : null;
  }
  return at;
}

export function textAt(tree: Json | null, ...path: string[]): string {
  const found = memberOf(tree, ...path);
  return found && 'text' in found && !(found.kind === 'literal' && found.text === 'null') ? found.text : '';
}
