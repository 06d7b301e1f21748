"""Drives a whole LedgerStore server with grpcio: ledger.py HOST:PORT DIRECTORY

DIRECTORY holds ca.pem, ledger.fds (a FileDescriptorSet) and NAME.pem, NAME.key of writer, reader, auditor, admin, idle.
Prints one line for each case; the exit status is the number of failures.
"""

import os
import sys
import traceback

import grpc

from messages import Messages

API = "ledgerstore.v1."


class Ledger:
    def __init__(self, address, directory):
        self.address = address
        self.directory = directory
        self.messages = Messages.load(os.path.join(directory, "ledger.fds"))
        self.channels = {}

    def read(self, name):
        with open(os.path.join(self.directory, name), "rb") as source:
            return source.read()

    def channel(self, identity):
        if identity not in self.channels:
            credentials = grpc.ssl_channel_credentials(
                self.read("ca.pem"), self.read(identity + ".key"), self.read(identity + ".pem"))
            self.channels[identity] = grpc.secure_channel(self.address, credentials)
        return self.channels[identity]

    def new(self, name, **fields):
        return self.messages.type(API + name)(**fields)

    def call(self, identity, kind, method, request, response):
        return getattr(self.channel(identity), kind)(
            f"/{API}{method}",
            request_serializer=self.messages.type(API + request).SerializeToString,
            response_deserializer=self.messages.type(API + response).FromString)

    def batch(self, *records, **fields):
        return self.new(
            "AppendRequest", ledger="demo", lengths=[len(r) for r in records], payload=b"".join(records), **fields)


def records_of(answers):
    for answer in answers:
        bundle = answer.entries.bundle
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            yield bundle[2:2 + length]
            bundle = bundle[2 + length:]


def case_append_unary(ledger):
    append = ledger.call("writer", "unary_unary", "Appender/Append", "AppendRequest", "AppendResponse")
    first = append(ledger.batch(b"one", b"two", ack=1), timeout=20)
    assert first.count == 2 and b"test.example.org/demo\n" in first.checkpoint
    compressed = append(ledger.batch(b"x" * 10_000), timeout=20, compression=grpc.Compression.Gzip)
    assert compressed.first_index == first.first_index + 2


def case_append_stream(ledger):
    stream = ledger.call("writer", "stream_stream", "Appender/AppendStream", "AppendRequest", "AppendResponse")
    answers = list(stream(iter([ledger.batch(b"r%d" % i) for i in range(500)]), timeout=60))
    indexes = [answer.first_index for answer in answers]
    assert len(indexes) == 500 and indexes == list(range(indexes[0], indexes[0] + 500))


def case_read_stream(ledger):
    read = ledger.call("reader", "unary_stream", "Reader/Read", "ReadRequest", "ReadResponse")
    entries = list(records_of(read(ledger.new("ReadRequest", ledger="demo"), timeout=60)))
    entry = ledger.messages.type(API + "Entry").FromString(entries[0])
    assert entry.payload == b"one" and entry.appender == "spiffe://example.org/writer"
    follow = read(ledger.new("ReadRequest", ledger="demo", follow=True), timeout=60)
    for answer in follow:
        if answer.WhichOneof("event") == "caught_up":
            assert answer.caught_up.size == len(entries)
            break
    follow.cancel()


def case_deadline(ledger):
    read = ledger.call("reader", "unary_stream", "Reader/Read", "ReadRequest", "ReadResponse")
    try:
        list(read(ledger.new("ReadRequest", ledger="demo", follow=True), timeout=0.5))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, error
        return
    raise AssertionError("a follower came to its end")


def case_proofs(ledger):
    checkpoint = ledger.call("auditor", "unary_unary", "Verifier/GetCheckpoint", "GetCheckpointRequest", "Checkpoint")(
        ledger.new("GetCheckpointRequest", ledger="demo"), timeout=20)
    proof = ledger.call(
        "auditor", "unary_unary", "Verifier/GetInclusionProof", "GetInclusionProofRequest", "InclusionProof")(
        ledger.new("GetInclusionProofRequest", ledger="demo", index=0, size=checkpoint.size), timeout=20)
    assert len(proof.leaf_hash) == 32
    receipt = ledger.call("auditor", "unary_unary", "Verifier/GetReceipt", "GetReceiptRequest", "Receipt")(
        ledger.new("GetReceiptRequest", ledger="demo", index=0), timeout=20)
    assert receipt.tlog_proof.startswith(b"c2sp.org/tlog-proof@v1\n")


def case_admin_and_catalog(ledger):
    create = ledger.call("admin", "unary_unary", "Admin/CreateLedger", "CreateLedgerRequest", "LedgerInfo")
    assert create(ledger.new("CreateLedgerRequest", ledger="py"), timeout=20).origin == "test.example.org/py"
    listed = ledger.call("admin", "unary_unary", "Catalog/ListLedgers", "ListLedgersRequest", "ListLedgersResponse")(
        ledger.new("ListLedgersRequest"), timeout=20)
    assert [info.ledger for info in listed.ledgers] == ["demo", "py"]
    scrub = ledger.call("admin", "unary_stream", "Admin/Scrub", "ScrubRequest", "ScrubProgress")
    assert list(scrub(ledger.new("ScrubRequest", ledger="demo"), timeout=60))[-1].done


def case_denied(ledger):
    append = ledger.call("idle", "unary_unary", "Appender/Append", "AppendRequest", "AppendResponse")
    try:
        append(ledger.batch(b"x"), timeout=20)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.PERMISSION_DENIED, error
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
        assert b"PERMISSION_DENIED" in details and b"ledgerstore" in details
        return
    raise AssertionError("the call was allowed")


def main():
    ledger = Ledger(sys.argv[1], sys.argv[2])
    failures = 0
    for name, case in [(n, c) for n, c in list(globals().items()) if n.startswith("case_")]:
        try:
            case(ledger)
            print("ok", name)
        except Exception:
            failures += 1
            print("FAILED", name)
            traceback.print_exc()
    sys.exit(failures)


main()
