// A spec of fields and the clauses of a question, read from their texts: docs/FORMAT.md, "Fields". Written from that
// page, as a second opinion on what an entry says.
// Pure; page and worker.
import { type Bytes, demand, utf8 } from '../bytes';
import { hashOf } from '../tree';

export const own = ['@appender', '@producer', '@content_type', '@flag', '@opaque', '@received'];
export const [appender, producer, contentType, flag, opaque, received] = own.keys();

export type Step = string | null; // null: every element of an array

export interface Field {
  name: string;
  kind: 'text' | 'id' | 'ip' | 'time' | 'number';
  isFolded: boolean;
  isRequired: boolean;
  prefix: string;
  unit: string;
  type: string; // '': any
  skewSeconds: number; // 0: any
  allowed: string[]; // none: any
  paths: Step[][];
}

export interface Spec {
  id: Bytes;
  fields: Field[];
}

export const isZone = (field: Field): boolean => field.kind === 'time' || field.kind === 'number';

export function parseSpec(text: string): Spec {
  const lines = text.split('\n');
  demand(lines[0] === 'ledgerstore fields/v1' && lines.at(-1) === '', 'this is no spec of fields');
  const fields = own.map((name): Field => fieldOf([name, name === '@received' ? 'time' : 'text']));
  for (const [i, line] of lines.slice(1, -1).entries()) {
    const [word, ...rest] = line.split(' ');
    if (word === 'field') fields.push(fieldOf(rest));
    else if (word === 'value' && fields.length > own.length) fields.at(-1)!.allowed.push(line.slice(6));
    else if (line === 'reject') demand(i === lines.length - 3, 'a spec goes on behind its last line');
    else {
      demand(word === 'path' && fields.length > own.length, 'a line of a spec is neither field nor path');
      fields.at(-1)!.paths.push(stepsOf(line.slice(5)));
    }
  }
  return { id: hashOf(utf8(text)), fields };
}

const kinds = ['text', 'id', 'ip', 'time', 'number'];

function fieldOf([name, kind, ...words]: string[]): Field {
  demand(kinds.includes(kind), `a field is of a kind that there is not: ${kind}`);
  const valueOf = (word: string): string => words.find((one) => one.startsWith(word))?.slice(word.length) ?? '';
  return {
    name,
    kind: kind as Field['kind'],
    paths: [],
    isFolded: words.includes('fold'),
    isRequired: words.includes('required'),
    prefix: valueOf('prefix='),
    unit: valueOf('unit=') || 'us',
    type: valueOf('type='),
    skewSeconds: Number(valueOf('skew=')),
    allowed: [],
  };
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  const pattern = /(\[\*\])|\["((?:[^"\\]|\\.)*)"\]|\.?([A-Za-z0-9_@$-]+)/gy;
  let end = 0;
  for (const found of path.matchAll(pattern)) {
    end = found.index + found[0].length;
    steps.push(found[1] ? null : (found[3] ?? found[2].replaceAll(/\\(.)/g, '$1')));
  }
  demand(end === path.length && steps.length > 0, 'a path of a spec cannot be read');
  return steps;
}

export type ClauseKind = 'AnyOf' | 'Prefix' | 'Less' | 'AtMost' | 'Greater' | 'AtLeast';

export interface TypedClause {
  field: string;
  kind: ClauseKind;
  texts: string[];
}

const signs: [string, ClauseKind][] = [
  ['<=', 'AtMost'],
  ['>=', 'AtLeast'],
  ['<', 'Less'],
  ['>', 'Greater'],
  ['=', 'AnyOf'],
];

/** A clause as it is typed: who=anna, who={anna,bob}, what=invoice.*, size>=100. */
export function typedClause(text: string): TypedClause {
  const at = text.search(/[<>=]/);
  demand(at > 0, `a clause is FIELD=VALUE, and this is none: ${text}`);
  const [sign, kind] = signs.find(([one]) => text.startsWith(one, at))!;
  const value = text.slice(at + sign.length);
  const isList = kind === 'AnyOf' && value.startsWith('{');
  const texts = [''];
  let hasStar = false;
  let isClosed = !isList;
  for (let i = isList ? 1 : 0; i < value.length; i++) {
    const char = value[i];
    hasStar = char === '*';
    if (isList && char === '}') {
      demand(i === value.length - 1, `something stands behind the list of a clause: ${text}`);
      isClosed = true;
      break;
    }
    if (isList && char === ',') texts.push('');
    else if (char === '\\' && i + 1 < value.length) texts[texts.length - 1] += value[++i];
    else texts[texts.length - 1] += char;
  }
  demand(isClosed, `the list of a clause has no end: ${text}`);
  const field = text.slice(0, at);
  if (kind === 'AnyOf' && hasStar && !isList) return { field, kind: 'Prefix', texts: [texts[0].slice(0, -1)] };
  return { field, kind, texts };
}
