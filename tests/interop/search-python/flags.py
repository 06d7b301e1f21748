# Prints the flags of entries, one line for each: the first line of the input is the spec in hexadecimal, each other one
# an entry. By fields.py, which was written from FORMAT.md alone.

import sys

import fields

lines = sys.stdin.read().split()
spec = fields.spec_of(bytes.fromhex(lines[0]).decode())
for line in lines[1:]:
    values, is_opaque = fields.values_of(spec, bytes.fromhex(line))
    print("opaque" if is_opaque else ",".join(flag.decode() for flag in values.get(fields.FLAG, [])) or "-")
