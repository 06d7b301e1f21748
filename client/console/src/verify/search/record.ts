// What an entry says in the fields of a spec, and whether it has a clause. Of an opaque record nothing is known: the
// answer is "maybe" then, and it is part of the answer.
// Pure; page and worker.
import { demand } from '../bytes';
import { decodeEntry, envelope, filler } from '../entry';
import { type Json, parseJson } from '../json';
import {
  appender,
  contentType,
  type Field,
  flag,
  isZone,
  opaque,
  own,
  producer,
  received,
  type Spec,
  type Step,
  type TypedClause,
} from './spec';
import {
  canonical,
  doubleOf,
  isAddress,
  numberText,
  Opaque,
  isTooLong,
  prefixesOf,
  type Raw,
  timeOfText,
  type Value,
} from './values';

const valuesMax = 64;
const termsMax = 64;

export interface Said {
  values: Map<number, Value[]>;
  isOpaque: boolean;
}

export function saidBy(spec: Spec, bytes: Uint8Array): Said {
  const entry = decodeEntry(bytes);
  let values = new Map<number, Value[]>();
  let isOpaque = false;
  try {
    const otherTypes = new Set<number>();
    if (entry.payload.length > 0) {
      values = recordValues(spec, entry.payload, entry.contentType.endsWith(envelope), otherTypes);
    }
    const isFiller = entry.payload.length === 0 && entry.contentType === filler;
    const flags = isFiller
      ? []
      : spec.fields.flatMap((field, number) =>
          flagsOf(field, values.get(number) ?? [], otherTypes.has(number), entry.micros),
        );
    if (flags.length > 0) values.set(flag, flags);
  } catch (error) {
    if (!(error instanceof Opaque)) throw error;
    values = new Map([[opaque, ['true']]]);
    isOpaque = true;
  }
  const ours: [number, string][] = [
    [appender, entry.appender],
    [producer, entry.producer],
    [contentType, entry.contentType],
  ];
  for (const [number, text] of ours) {
    if (text !== '') values.set(number, [text]);
  }
  values.set(received, [entry.micros]);
  return { values, isOpaque };
}

/** What a field demands and its values are not. */
function flagsOf(field: Field, values: Value[], isOtherType: boolean, micros: bigint): string[] {
  const away = (value: Value): bigint => {
    const by = (value as bigint) - micros;
    return by < 0n ? -by : by;
  };
  const wrong: [string, boolean][] = [
    ['missing', field.isRequired && values.length === 0],
    ['type', isOtherType],
    ['value', field.allowed.length > 0 && values.some((value) => !field.allowed.includes(value as string))],
    ['skew', field.skewSeconds > 0 && values.some((value) => away(value) > BigInt(field.skewSeconds) * 1_000_000n)],
  ];
  return wrong.filter(([, isSo]) => isSo).map(([word]) => `${word}:${field.name}`);
}

/** Whether a value is of the type that its field demands. */
function isOfType(field: Field, raw: Raw, value: Value): boolean {
  if (field.type === '') return true;
  if (field.type === 'address') return isAddress(value as string);
  return field.type === (raw.isNumber ? 'number' : raw.isLiteral ? 'boolean' : 'string');
}

function recordValues(
  spec: Spec,
  payload: Uint8Array,
  isEnveloped: boolean,
  otherTypes: Set<number>,
): Map<number, Value[]> {
  const tree = treeOf(payload);
  if (isEnveloped && tree.members.some(([name]) => name === 'gzip')) throw new Opaque();
  const all = spec.fields.map((field) => field.paths.map((path) => at(tree, path)));
  const flat = all.flat(2);
  if (flat.length > valuesMax || flat.some(({ text }) => isTooLong(text))) throw new Opaque();
  for (const raw of flat) if (raw.isNumber) numberText(raw.text);
  const found = new Map<number, Value[]>();
  let terms = 0;
  spec.fields.forEach((field, number) => {
    const raws = all[number].find((path) => path.length > 0) ?? [];
    const values = raws.map((raw) => canonical(field, raw));
    if (raws.some((raw, i) => !isOfType(field, raw, values[i]))) otherTypes.add(number);
    terms += values.length;
    if (!isZone(field)) for (const value of values) terms += prefixesOf(field, value as string).length;
    if (values.length > 0) found.set(number, values);
  });
  if (terms > termsMax) throw new Opaque();
  return found;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function treeOf(payload: Uint8Array): Json & { kind: 'object' } {
  let text: string;
  try {
    text = decoder.decode(payload);
  } catch {
    throw new Opaque();
  }
  const tree = parseJson(text);
  if (tree?.kind !== 'object' || !isWellFormed(tree)) throw new Opaque();
  return tree;
}

// Two ways to ask the same; browsers of 2023 have only the second.
const asked = (String.prototype as { isWellFormed?: () => boolean }).isWellFormed;
const isWhole = (text: string): boolean => (asked ? asked.call(text) : !/\p{Surrogate}/u.test(text));

function isWellFormed(tree: Json): boolean {
  if (tree.kind === 'text') return isWhole(tree.text);
  if (tree.kind === 'array') return tree.items.every(isWellFormed);
  if (tree.kind === 'object') return tree.members.every(([name, part]) => isWhole(name) && isWellFormed(part));
  return true;
}

/** Collects the values at a path, from one of its steps on. */
function collect(tree: Json, steps: Step[], from: number, out: Raw[]): void {
  if (from === steps.length) {
    if (tree.kind === 'number') out.push({ text: tree.text, isNumber: true });
    else if (tree.kind === 'text' || (tree.kind === 'literal' && tree.text !== 'null')) {
      out.push({ text: tree.text, isNumber: false, isLiteral: tree.kind === 'literal' });
    }
    return;
  }
  const step = steps[from];
  if (step === null) {
    if (tree.kind === 'array') for (const item of tree.items) collect(item, steps, from + 1, out);
  } else if (tree.kind === 'object') {
    for (const member of tree.members) {
      if (member[0] === step) collect(member[1], steps, from + 1, out);
    }
  }
}

function at(tree: Json, steps: Step[]): Raw[] {
  const out: Raw[] = [];
  collect(tree, steps, 0, out);
  return out;
}

export class Clause {
  readonly number: number;
  readonly field: Field;
  readonly isOfRecord: boolean;
  readonly texts: string[] = [];
  private readonly value: bigint | number = 0;

  constructor(
    spec: Spec,
    readonly typed: TypedClause,
  ) {
    this.number = spec.fields.findIndex((field) => field.name === typed.field);
    demand(
      this.number >= 0,
      `there is no field ${typed.field}: there are ${spec.fields.map((one) => one.name).join(', ')}`,
    );
    this.field = spec.fields[this.number];
    this.isOfRecord = this.number === flag || this.number >= own.length;
    const isRange = isZone(this.field);
    demand(isRange || typed.kind === 'AnyOf' || typed.kind === 'Prefix', `${typed.field} is no time and no number`);
    demand(!isRange || (typed.kind !== 'Prefix' && typed.texts.length === 1), `${typed.field} takes one value`);
    try {
      if (isRange) this.value = this.field.kind === 'time' ? timeOfText(typed.texts[0]) : doubleOf(typed.texts[0]);
      else this.texts = typed.texts.map((text) => canonical(this.field, { text, isNumber: false }) as string);
    } catch (error) {
      demand(
        !(error instanceof Opaque),
        `a value of ${typed.field} is no ${this.field.kind}: ${typed.texts.join(', ')}`,
      );
      throw error;
    }
    demand(
      typed.kind !== 'Prefix' || (this.texts[0] !== '' && this.field.prefix.includes(this.texts[0].at(-1)!)),
      `a beginning of ${typed.field} ends with one of ${this.field.prefix || 'no character: it has none'}`,
    );
  }

  mayBeWithin(smallest: bigint | number, largest: bigint | number): boolean {
    switch (this.typed.kind) {
      case 'Less':
        return smallest < this.value;
      case 'AtMost':
        return smallest <= this.value;
      case 'Greater':
        return largest > this.value;
      case 'AtLeast':
        return largest >= this.value;
      default:
        return smallest <= this.value && this.value <= largest;
    }
  }

  /** Null: the record is opaque, so it may have it. */
  matches({ values, isOpaque }: Said): boolean | null {
    if (isOpaque && this.isOfRecord) return null;
    const of = values.get(this.number) ?? [];
    if (isZone(this.field)) return of.some((value) => this.mayBeWithin(value as bigint, value as bigint));
    const isPrefix = this.typed.kind === 'Prefix';
    return of.some((value) =>
      this.texts.some((text) => (isPrefix ? (value as string).startsWith(text) : value === text)),
    );
  }
}

/** True, false, or null for "maybe". */
export function verdictOf(clauses: Clause[], said: Said): boolean | null {
  const each = clauses.map((clause) => clause.matches(said));
  return each.includes(false) ? false : each.includes(null) ? null : true;
}
