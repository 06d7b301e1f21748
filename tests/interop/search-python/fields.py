# What a record says in the fields of a spec, and which entries have a clause: docs/FORMAT.md ("Fields") once more,
# written from that page alone and without any code of LedgerStore.

import functools
import hashlib
import ipaddress
import json
import re
import struct
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

OWN = ["@appender", "@producer", "@content_type", "@flag", "@opaque", "@received"]
APPENDER, PRODUCER, CONTENT_TYPE, FLAG, OPAQUE, RECEIVED = range(6)
FILLER = b"application/x-ledgerstore-filler"
ENVELOPE = b"; envelope=intake"
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
TIME = re.compile(rb"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))")


class Opaque(Exception):
    pass


class Number(str):  # a JSON number as it is written
    pass


class Word(str):  # true or false
    pass


class Field:
    def __init__(self, name, kind, words=()):
        self.name, self.kind, self.paths = name, kind, []
        self.fold, self.required = "fold" in words, "required" in words
        self.prefix = next((w[7:] for w in words if w.startswith("prefix=")), "").encode()
        self.unit = next((w[5:] for w in words if w.startswith("unit=")), "us")
        self.type = next((w[5:] for w in words if w.startswith("type=")), "")
        self.skew = next((int(w[5:]) for w in words if w.startswith("skew=")), 0)
        self.allowed = []
        self.is_zone = kind in ("time", "number")


class Spec:
    def __init__(self, text):
        self.id = hashlib.sha256(text.encode()).digest()
        self.fields = [Field(name, "time" if name == "@received" else "text") for name in OWN]
        for line in text.splitlines()[1:]:
            word, _, rest = line.partition(" ")
            if word == "field":
                name, kind, *words = rest.split(" ")
                self.fields.append(Field(name, kind, words))
            elif word == "value":
                self.fields[-1].allowed.append(rest.encode())
            elif word != "reject":
                self.fields[-1].paths.append(path_steps(rest))


@functools.cache
def spec_of(text):
    return Spec(text)


def path_steps(path):
    steps = []
    step = r'(\[\*\])|\["((?:[^"\\]|\\.)*)"\]|\.?([A-Za-z0-9_@$-]+)'
    for star, quoted, bare in re.findall(step, path):
        steps.append(None if star else bare if bare else re.sub(r"\\(.)", r"\1", quoted))
    return steps


# An entry: protobuf, one encoding. Returns its time, and its other fields by their tags.
def entry_fields(entry):
    assert entry[0] == 0x09
    micros, at = struct.unpack("<q", entry[1:9])[0], 9
    parts = {}
    while at < len(entry):
        tag, at = entry[at], at + 1
        number = shift = 0
        while True:
            byte, at = entry[at], at + 1
            number, shift = number | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                break
        if tag == 0x20:
            parts[tag] = number
        else:
            parts[tag], at = entry[at : at + number], at + number
    return micros, parts


def salt_of(entry):
    return entry_fields(entry)[1].get(0x3A, b"")


# Returns time, appender, producer, sequence, content type, payload.
def entry_parts(entry):
    micros, parts = entry_fields(entry)
    appender, producer, content_type, payload = (parts.get(tag, b"") for tag in (0x12, 0x1A, 0x2A, 0x32))
    return micros, appender, producer, parts.get(0x20, 0), content_type, payload


def depth(text):
    # The levels of a text that is known to be JSON: brackets outside of strings.
    now = most = 0
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        now += (bracket in "[{") - (bracket in "]}")
        most = max(most, now)
    return most


def parse(payload):
    try:
        text = payload.decode("utf-8")
        if text[:1] not in "{ \t\r\n" or depth(text) > 64:
            raise Opaque
        refuse = lambda _: (_ for _ in ()).throw(Opaque())
        tree = json.loads(text, object_pairs_hook=tuple, parse_int=Number, parse_float=Number, parse_constant=refuse)
        check_text(tree)
    except (ValueError, RecursionError):
        raise Opaque from None
    # An object is a tuple of pairs here; the empty one is an empty tuple.
    if not isinstance(tree, tuple):
        raise Opaque
    return tree


def check_text(tree):
    if isinstance(tree, str):
        tree.encode("utf-8")  # half of a surrogate pair raises UnicodeEncodeError, a ValueError
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            check_text(part)


def at_path(tree, steps):
    if not steps:
        if isinstance(tree, bool):
            return [Word("true" if tree else "false")]
        return [tree] if isinstance(tree, str) else []
    if steps[0] is None:
        return [v for part in tree for v in at_path(part, steps[1:])] if isinstance(tree, list) else []
    if not isinstance(tree, tuple):
        return []
    return [v for name, part in tree if name == steps[0] for v in at_path(part, steps[1:])]


def number_text(token):
    exponent = (re.search(r"[eE](.*)", token) or [0, "0"])[1]
    if len(exponent.lstrip("+-0")) > 5:
        raise Opaque
    sign, digits, exponent = Decimal(token).as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    power = len(text) - 1 + exponent
    text = text.rstrip("0")
    if not text:
        return b"0"
    if not -6 <= power <= 39:
        plain = text[0] + ("." + text[1:] if len(text) > 1 else "") + f"e{power}"
    elif power >= len(text) - 1:
        plain = text + "0" * (power + 1 - len(text))
    elif power >= 0:
        plain = text[: power + 1] + "." + text[power + 1 :]
    else:
        plain = "0." + "0" * (-power - 1) + text
    return ("-" * sign + plain).encode()


def time_micros(text, is_number, unit):
    if is_number:
        if len(text) > 24 or b"e" in text:
            raise Opaque
        value = Fraction(text.decode())
        micros = value * Fraction({"s": 10**6, "ms": 1000, "us": 1, "ns": Fraction(1, 1000)}[unit])
        micros = micros.numerator // micros.denominator
        if abs(value) > 10**22 or abs(micros) >= 2**63:
            raise Opaque
        return micros
    match = TIME.fullmatch(text)
    if not match:
        raise Opaque
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    try:
        start = datetime(year, month, day, hour, minute, 0) - datetime(1970, 1, 1)
    except ValueError:
        raise Opaque from None
    offset = int(match[10] or 0) * 60 + int(match[11] or 0)
    if second > 60 or int(match[10] or 0) > 23 or int(match[11] or 0) > 59:
        raise Opaque
    seconds = start.days * 86400 + start.seconds + second - offset * 60 * (-1 if match[9] == b"-" else 1)
    return seconds * 10**6 + int(((match[7] or b"") + b"000000")[:6])


def ip_text(text):
    try:
        address = ipaddress.ip_address(text.decode())
    except ValueError:
        return text
    if "%" in str(address):
        return text
    return str(getattr(address, "ipv4_mapped", None) or address).encode()


def double(text):
    if not NUMBER.fullmatch(text.decode("utf-8", "replace")):
        raise Opaque
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Opaque
    return value + 0.0 if value else 0.0


def fold(text):
    return re.sub(rb"[A-Z]+", lambda m: m[0].lower(), text)


def canonical(field, value):
    if isinstance(value, Number):
        if len(value) > 4096:
            raise Opaque
        text = number_text(value)
    else:
        text = value.encode()
        if len(text) > 4096:
            raise Opaque
    if field.kind == "time":
        return time_micros(text, isinstance(value, Number), field.unit)
    if field.kind == "number":
        return double(text)
    return ip_text(text) if field.kind == "ip" else fold(text) if field.fold else text


def prefixes(field, text):
    return [text[: i + 1] for i in range(len(text)) if text[i] in field.prefix]


def is_of_type(field, value, text):
    if field.type == "address":
        try:
            return b"%" not in text and bool(ipaddress.ip_address(text.decode()))
        except ValueError:
            return False
    kind = "number" if isinstance(value, Number) else "boolean" if isinstance(value, Word) else "string"
    return field.type in ("", kind)


# What the fields demand and an entry's values are not.
def flags_of(spec, values, other_types, micros):
    flags = []
    for number, field in enumerate(spec.fields):
        of = values.get(number, [])
        for word, holds in (
            (b"missing:", field.required and not of),
            (b"type:", number in other_types),
            (b"value:", field.allowed and any(value not in field.allowed for value in of)),
            (b"skew:", field.skew and any(abs(value - micros) > field.skew * 1_000_000 for value in of)),
        ):
            if holds:
                flags.append(word + field.name.encode())
    return flags


def record_values(spec, payload, is_enveloped, other_types):
    tree = parse(payload)
    if is_enveloped and any(name == "gzip" for name, _ in tree):
        raise Opaque
    all_paths = [[at_path(tree, path) for path in field.paths] for field in spec.fields]
    flat = [value for paths in all_paths for values in paths for value in values]
    if len(flat) > 64 or any(len(v if isinstance(v, Number) else v.encode()) > 4096 for v in flat):
        raise Opaque
    for value in flat:
        if isinstance(value, Number):
            number_text(value)
    found, terms = {}, 0
    for number, (field, paths) in enumerate(zip(spec.fields, all_paths)):
        raw = next((p for p in paths if p), [])
        values = [canonical(field, v) for v in raw]
        if not all(is_of_type(field, v, text) for v, text in zip(raw, values)):
            other_types.add(number)
        terms += len(values) + sum(len(prefixes(field, v)) for v in values if not field.is_zone)
        if values:
            found[number] = values
    if terms > 64:
        raise Opaque
    return found


# The values of an entry by the number of the field, and whether its record is opaque.
@functools.cache
def values_of(spec, entry):
    micros, appender, producer, _, content_type, payload = entry_parts(entry)
    values, is_opaque, other_types = {}, False, set()
    try:
        values = record_values(spec, payload, content_type.endswith(ENVELOPE), other_types) if payload else {}
        is_filler = not payload and content_type == FILLER
        flags = [] if is_filler else flags_of(spec, values, other_types, micros)
        if flags:
            values[FLAG] = flags
    except Opaque:
        values, is_opaque = {OPAQUE: [b"true"]}, True
    for number, text in (APPENDER, appender), (PRODUCER, producer), (CONTENT_TYPE, content_type):
        if text:
            values[number] = [text]
    values[RECEIVED] = [micros]
    return values, is_opaque


class Clause:
    def __init__(self, spec, field, kind, texts):
        self.number = next(n for n, f in enumerate(spec.fields) if f.name == field)
        self.field, self.kind = spec.fields[self.number], kind
        self.is_of_record = self.number == FLAG or self.number >= len(OWN)
        if self.field.is_zone:
            text = texts[0].encode()
            self.value = time_micros(text, False, "us") if self.field.kind == "time" else double(text)
        else:
            self.texts = [canonical(self.field, text) for text in texts]

    def may_be_within(self, smallest, largest):
        value = self.value
        return {
            "AnyOf": smallest <= value <= largest,
            "Less": smallest < value,
            "AtMost": smallest <= value,
            "Greater": largest > value,
            "AtLeast": largest >= value,
        }[self.kind]

    # True, False, or None: the record is opaque, so it may have it.
    def matches(self, values, is_opaque):
        if is_opaque and self.is_of_record:
            return None
        of = values.get(self.number, [])
        if self.field.is_zone:
            return any(self.may_be_within(v, v) for v in of)
        return any(v.startswith(t) if self.kind == "Prefix" else v == t for v in of for t in self.texts)


def verdict(clauses, values, is_opaque):
    each = [clause.matches(values, is_opaque) for clause in clauses]
    return False if False in each else None if None in each else True
