# A second opinion on search: builds the index of a segment, and checks whether an answer is complete. Written from
# docs/FORMAT.md ("Index of a segment") alone, without any code of LedgerStore. Reads one JSON file:
#
#   search.py build FILE     prints the SHA-256 of the index file
#   search.py check FILE     prints "complete" and the entries found, or what is wrong

import base64
import functools
import hashlib
import hmac
import json
import struct
import sys

from fields import Clause, entry_parts, prefixes, salt_of, spec_of, values_of, verdict


class Lie(Exception):
    pass


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(data):
    return sha(b"\0", data)


EMPTY = leaf(b"")


def tree_root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", tree_root(hashes[:split]), tree_root(hashes[split:]))


# RFC 9162, 2.1.3.2; None if it can be no path.
def root_of(index, size, node, path):
    if index >= size:
        return None
    fn, sn = index, size - 1
    for sibling in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = sha(b"\1", sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = sha(b"\1", node, sibling)
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else None


def entries_of(bundle):
    entries, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        entries.append(bundle[at + 2 : at + 2 + length])
        if len(entries[-1]) != length or at + 2 > len(bundle):
            raise Lie("a bundle is none")
        at += 2 + length
    return entries


def set_bytes(bundles):
    return sum(1 << bundle for bundle in bundles).to_bytes(32, "little")


def set_of(data):
    bits = int.from_bytes(data, "little")
    return {bundle for bundle in range(256) if bits >> bundle & 1}


# The secret key of a segment of a salted ledger; None if its entries have no salts.
def segment_key(spec, first_bundle):
    salts = b"".join(salt_of(entry) for entry in entries_of(first_bundle))
    if not salts:
        return None
    extracted = hmac.new(b"ledgerstore index key/v1", salts, hashlib.sha256).digest()
    return hmac.new(extracted, spec.id + b"\1", hashlib.sha256).digest()


def term(spec, key, number, is_prefix, value):
    digest = leaf((key or spec.id[:8]) + bytes([number, is_prefix]) + value)
    return digest[: 3 if spec.fields[number].kind == "id" else 4]


@functools.cache
def terms_of(spec, key, number, value):
    beginnings = prefixes(spec.fields[number], value)
    return [term(spec, key, number, False, value)] + [term(spec, key, number, True, p) for p in beginnings]


def packed(field, value):
    return struct.pack("<d" if field.kind == "number" else "<q", value)


def page_bytes(terms):
    singles = sorted((t[1:], b) for t, b in terms.items() if len(b) == 1)
    others = sorted((t[1:], b) for t, b in terms.items() if len(b) > 1)
    page = struct.pack("<I", len(singles)) + b"".join(rest + bytes(bundles) for rest, bundles in singles)
    for rest, bundles in others:
        page += rest + (bytes([len(bundles), *sorted(bundles)]) if len(bundles) < 32 else b"\0" + set_bytes(bundles))
    return page


def build(spec, bundles, segment, segment_root):
    postings, zones, opaque = {}, {}, set()
    key = segment_key(spec, bundles[0])
    for bundle, data in enumerate(bundles):
        for entry in entries_of(data):
            values, is_opaque = values_of(spec, entry)
            if is_opaque:
                opaque.add(bundle)
            for number, of in values.items():
                for value in of:
                    if spec.fields[number].is_zone:
                        zones.setdefault(number, {}).setdefault(bundle, []).append(value)
                        continue
                    for one in terms_of(spec, key, number, value):
                        postings.setdefault((number, one[0]), {}).setdefault(one, set()).add(bundle)
    pages = {256 * number + first: page_bytes(terms) for (number, first), terms in postings.items()}
    said = b""
    for number, of in sorted(zones.items()):
        field, every = spec.fields[number], [v for values in of.values() for v in values]
        said += struct.pack("<II", number, 0) + packed(field, min(every)) + packed(field, max(every))
        rows = [packed(field, min(of[b])) + packed(field, max(of[b])) for b in sorted(of)]
        pages[256 * number] = set_bytes(of) + b"".join(rows)
    hashes = [leaf(pages.get(number, b"")) for number in range(256 * len(spec.fields))]
    size = sum(map(len, pages.values()))
    facts = b"LSINDEX1" + struct.pack("<IHH", 2 if key else 1, len(spec.fields), len(zones)) + spec.id + struct.pack("<Q", segment)
    facts += segment_root + tree_root(hashes) + struct.pack("<Q", size) + set_bytes(opaque)
    facts += (sha(key) if key else b"") + said
    file = facts + struct.pack("<II", len(pages), 0) + (key or b"")
    for number, page in sorted(pages.items()):
        file += struct.pack("<HBBI", number // 256, number % 256, 0, len(page)) + leaf(page)
    return file + leaf(file) + b"".join(page for _, page in sorted(pages.items()))


class Facts:
    def __init__(self, data):
        self.fields, self.zone_count = struct.unpack("<HH", data[12:16].ljust(4, b"\0"))
        is_keyed = data[8:12] == b"\2\0\0\0"
        zones = 192 if is_keyed else 160
        end = zones + 24 * self.zone_count
        if data[:8] != b"LSIDXST1" or data[8] not in (1, 2) or any(data[9:12]) or len(data) < end + 2:
            raise Lie("an entry of the index ledger is no statement")
        self.spec_id, (self.segment,) = data[16:48], struct.unpack("<Q", data[48:56])
        self.segment_root, self.root, self.opaque = data[56:88], data[88:120], set_of(data[128:160])
        self.key_hash = data[160:192] if is_keyed else None
        self.zones = {}
        for at in range(zones, end, 24):
            self.zones[struct.unpack("<I", data[at : at + 4])[0]] = data[at + 8 : at + 24]
        rest = data[end:]
        self.origin = rest[2:].decode()
        if len(rest) != 2 + struct.unpack("<H", rest[:2])[0]:
            raise Lie("a statement does not end with an origin")

    def zone(self, spec, number):
        kind = "<dd" if spec.fields[number].kind == "number" else "<qq"
        return struct.unpack(kind, self.zones[number]) if number in self.zones else None


def find_term(page, wanted):
    if not page:
        return set()
    width, at = len(wanted) - 1, 4
    for _ in range(struct.unpack("<I", page[:4])[0]):
        if page[at : at + width] == wanted[1:]:
            return {page[at + width]}
        at += width + 1
    while at < len(page):
        rest, count = page[at : at + width], page[at + width]
        bundles = set(page[at + width + 1 :][:count]) if count else set_of(page[at + width + 1 :][:32])
        if rest == wanted[1:]:
            return bundles
        at += width + 1 + (count or 32)
    return set()


class Cover:
    def __init__(self, question):
        self.spec = spec_of(question["spec"])
        self.clauses = [Clause(self.spec, *clause) for clause in question["clauses"]]
        self.trust, self.first, self.end = question["trust"], question["first"], question["end"]
        self.ledger = self.trust["ledger"]
        self.open = set(range(self.first // 256, (self.end + 255) // 256))
        self.segments, self.found = {}, []

    def take(self, bundle, name):
        if bundle not in self.open:
            raise Lie(f"bundle {bundle} is accounted for twice, or was not asked for: {name}")
        self.open.remove(bundle)

    def check_entry(self, tree, entry, name):
        node = leaf(blob(entry["entry"]))
        if root_of(entry["index"], tree["size"], node, paths(entry)) != blob(tree["root"]):
            raise Lie(f"{name} is not in its ledger")

    def segment(self, answer):
        number = answer["segment"]
        statement = answer["statement"]
        if number >= self.ledger["size"] // 65536 or statement["index"] != number or number in self.segments:
            raise Lie("a segment is not complete, was answered twice, or has another's statement")
        self.check_entry(self.trust["index"], statement, "a statement")
        _, _, producer, sequence, content_type, payload = entry_parts(blob(statement["entry"]))
        if (producer, sequence, content_type) != (b"index", number + 1, b"application/x-ledgerstore-index"):
            raise Lie("an entry of the index ledger is not the statement of this segment")
        facts = Facts(payload)
        if (facts.origin, facts.segment) != (self.ledger["origin"], number):
            raise Lie("a statement is of another ledger or segment")
        if (facts.spec_id, facts.fields) != (self.spec.id, len(self.spec.fields)):
            raise Lie("a statement is by another spec")
        segments = (self.ledger["size"] + 65535) // 65536
        if root_of(number, segments, facts.segment_root, paths(answer)) != blob(self.ledger["root"]):
            raise Lie("a statement is of other entries")
        pages = {}
        for page in answer["pages"]:
            key = page["field"], page["page"]
            if key in pages or not 0 <= key[0] < facts.fields or not 0 <= key[1] < 256:
                raise Lie("a page was sent twice, or there is none of this name")
            pages[key] = blob(page["bytes"])
            where = 256 * key[0] + key[1]
            if root_of(where, 256 * facts.fields, leaf(pages[key]), paths(page)) != facts.root:
                raise Lie("a page is not the one that was signed")
        key = self.key_of(answer, facts, pages)
        self.segments[number] = facts, pages, key
        candidates = set(range(256))
        for clause in self.clauses:
            of = self.candidates(clause, facts, pages, key)
            candidates &= of | facts.opaque if clause.is_of_record else of
        for bundle in set(range(256)) - candidates:
            if self.first // 256 <= 256 * number + bundle < (self.end + 255) // 256:
                self.take(256 * number + bundle, "excluded")

    # Without the key that the terms were made with nobody would be in their pages.
    def key_of(self, answer, facts, pages):
        key = blob(answer.get("key", ""))
        if facts.key_hash is None:
            if key:
                raise Lie("a key came with an index that has none")
            return None
        if not key and all(self.spec.fields[field].is_zone for field, _ in pages):
            return None
        if len(key) != 32 or sha(key) != facts.key_hash:
            raise Lie("the key of an index is missing, or is not the one whose hash was signed")
        return key

    def candidates(self, clause, facts, pages, key):
        if clause.field.is_zone:
            zone = facts.zone(self.spec, clause.number)
            if zone is None or not clause.may_be_within(*zone):
                return set()
            page = pages.get((clause.number, 0))
            if page is None:
                return set(range(256))
            kind = "<dd" if clause.field.kind == "number" else "<qq"
            rows = zip(sorted(set_of(page[:32])), struct.iter_unpack(kind, page[32:]))
            return {bundle for bundle, row in rows if clause.may_be_within(*row)}
        if facts.key_hash and not key:
            return set(range(256))
        found = set()
        for text in clause.texts:
            wanted = term(self.spec, key, clause.number, clause.kind == "Prefix", text)
            page = pages.get((clause.number, wanted[0]))
            found |= set(range(256)) if page is None else find_term(page, wanted)
        return found

    def bundle(self, answer):
        bundle, size = answer["bundle"], self.ledger["size"]
        entries = entries_of(blob(answer["entries"]))
        if len(entries) != min(256, size - 256 * bundle):
            raise Lie("a bundle is none")
        root = tree_root([leaf(entry) for entry in entries])
        if root_of(bundle, (size + 255) // 256, root, paths(answer)) != blob(self.ledger["root"]):
            raise Lie("a bundle has other entries than the ledger")
        self.take(bundle, "delivered")
        for index, entry in enumerate(entries, 256 * bundle):
            values, is_opaque = values_of(self.spec, entry)
            if bundle // 256 in self.segments:
                self.compare(bundle % 256, values, is_opaque, *self.segments[bundle // 256])
            if self.first <= index < self.end and verdict(self.clauses, values, is_opaque) is not False:
                self.found.append(index)

    def compare(self, bundle, values, is_opaque, facts, pages, key):
        if is_opaque and bundle not in facts.opaque:
            raise Lie("the index is false: an opaque mark is missing")
        for number, of in values.items():
            for value in of:
                if self.spec.fields[number].is_zone:
                    zone = facts.zone(self.spec, number)
                    if zone is None or not zone[0] <= value <= zone[1]:
                        raise Lie("the index is false: a value is outside of its zone")
                    continue
                if not any(field == number for field, _ in pages):
                    continue
                for one in terms_of(self.spec, key, number, value):
                    page = pages.get((number, one[0]))
                    if page is not None and bundle not in find_term(page, one):
                        raise Lie("the index is false: a term is missing")

    def expired(self, answer):
        self.check_entry(self.trust["audit"], answer["tombstone"], "a tombstone")
        _, _, _, _, content_type, payload = entry_parts(blob(answer["tombstone"]["entry"]))
        ledger, first, count = tombstone(payload) if content_type == b"application/x-ledgerstore-event" else ("", 0, 0)
        if ledger != self.trust["name"] or answer["first"] < first or answer["first"] + answer["count"] > first + count:
            raise Lie("an entry of _audit is not the tombstone of these entries")
        self.whole(answer, "expired")

    def whole(self, answer, name):
        first, end, size = answer["first"], answer["first"] + answer["count"], self.ledger["size"]
        if first % 256 or (end % 256 and end != size) or not first < end <= size:
            raise Lie("these are not whole bundles of the ledger")
        for bundle in range(first // 256, (end + 255) // 256):
            self.take(bundle, name)


def tombstone(payload):
    def fields(message):
        at = 0
        while at < len(message):
            tag, at = varint(message, at)
            value, at = varint(message, at)
            if tag & 7 == 2:
                value, at = message[at : at + value], at + value
            yield tag >> 3, value

    said = dict(fields(dict(fields(payload)).get(7, b"")))
    return said.get(1, b"").decode(), said.get(2, 0), said.get(3, 0)


def varint(message, at):
    value = shift = 0
    while True:
        byte, at = message[at], at + 1
        value, shift = value | (byte & 0x7F) << shift, shift + 7
        if byte < 0x80:
            return value, at


def blob(text):
    return base64.b64decode(text)


def paths(answer):
    return [blob(hash_) for hash_ in answer["path"]]


def check(question):
    cover = Cover(question)
    for answer in question["answers"]:
        kind = answer["kind"]
        {"segment": cover.segment, "bundle": cover.bundle, "expired": cover.expired}.get(
            kind, lambda a: cover.whole(a, "unreadable"))(answer)
    if cover.open:
        return f"incomplete: nothing was said of {len(cover.open)} bundles"
    return "complete " + " ".join(map(str, cover.found))


# A clause as it is typed: its field, its kind, its values.
def typed(text):
    at = min(text.index(sign) for sign in "<>=" if sign in text)
    sign = next(sign for sign in ("<=", ">=", "<", ">", "=") if text.startswith(sign, at))
    value = text[at + len(sign) :]
    kind = {"<=": "AtMost", ">=": "AtLeast", "<": "Less", ">": "Greater", "=": "AnyOf"}[sign]
    is_list = kind == "AnyOf" and value.startswith("{")
    parts, star = [""], False
    rest = iter(value[1:] if is_list else value)
    for c in rest:
        star = c == "*"
        if is_list and c == "}":
            break
        if is_list and c == ",":
            parts.append("")
        else:
            parts[-1] += next(rest, c) if c == "\\" else c
    if kind == "AnyOf" and star and not is_list:
        return [text[:at], "Prefix", [parts[0][:-1]]]
    return [text[:at], kind, parts]


# What a signed note says of a tree. Its signature is checked as that of every checkpoint: see check_receipt.py.
def tree_of(note):
    origin, size, root = blob(note).decode().split("\n")[:3]
    return {"origin": origin, "size": int(size), "root": root}


# The file that `ledger search --prove` writes.
def check_file(lines):
    head, last = lines[0], lines[-1]
    if (head["kind"], head["version"], last["kind"]) != ("search", 1, "end"):
        raise Lie("the file is of another version, or cut off")
    digits = hashlib.sha256(head["spec"].encode()).hexdigest()[:32]
    if not head["index_ledger"].startswith("_index.") or not head["index_ledger"].endswith("." + digits):
        raise Lie("the index ledger is not named after the spec")
    trees = {name: tree_of(head[name + "_checkpoint"]) for name in ("ledger", "index", "audit")
             if name + "_checkpoint" in head}
    store = trees["ledger"]["origin"].removesuffix(head["ledger"])
    names = {"ledger": head["ledger"], "index": head["index_ledger"], "audit": "_audit"}
    if any(tree["origin"] != store + names[name] for name, tree in trees.items()):
        raise Lie("a checkpoint is of another ledger")
    first, end, pages = head["first"], head["first"] + head["count"], []
    for line in lines[1:-1]:
        if line["kind"] == "page":
            pages.append((line["first"], line["first"] + line["count"], []))
        else:
            pages[-1][2].append(line)
    found = []
    for page_first, page_end, answers in pages:
        follows = page_end == end and page_first >= first if head["newest_first"] else page_first == first
        if not follows or not first <= page_first < page_end <= end:
            raise Lie("a page does not follow on the one before")
        first, end = (first, page_first) if head["newest_first"] else (page_end, end)
        said = check({
            "spec": head["spec"], "clauses": [typed(text) for text in head["clauses"]],
            "trust": {**trees, "name": head["ledger"]}, "first": page_first, "end": page_end, "answers": answers})
        if not said.startswith("complete"):
            return said
        found += said.split()[1:]
    return f"incomplete: nothing was said of {end - first} entries" if first != end else " ".join(["complete", *found])


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        text = file.read()
    if sys.argv[1] == "file":
        try:
            print(check_file([json.loads(line) for line in text.splitlines()]))
        except (Lie, KeyError, IndexError) as lie:
            print(f"lie: {lie}")
        return
    given = json.loads(text)
    if sys.argv[1] == "build":
        bundles = [blob(bundle) for bundle in given["bundles"]]
        index = build(spec_of(given["spec"]), bundles, given["segment"], blob(given["segment_root"]))
        print(hashlib.sha256(index).hexdigest())
        return
    for question in given["questions"]:
        try:
            print(check({**given, **question}))
        except Lie as lie:
            print(f"lie: {lie}")


main()
