"""Drives the LedgerStore gRPC server with grpcio: client.py HOST:PORT DIRECTORY CASE...

DIRECTORY holds ca.pem, client.pem, client.key and interop.fds (a FileDescriptorSet). Without CASE all cases run.
Prints one line for each case; the exit status is the number of failures.
"""

import os
import sys
import threading
import traceback

import grpc

from messages import Messages

SERVICE = "ledgerstore.interop.v1.Interop"
CODES = {code.value[0]: code for code in grpc.StatusCode}


class Client:
    def __init__(self, address, directory):
        self.address = address
        self.directory = directory
        self.messages = Messages.load(os.path.join(directory, "interop.fds"))
        self.request = self.messages.type("ledgerstore.interop.v1.EchoRequest")
        self.response = self.messages.type("ledgerstore.interop.v1.EchoResponse")
        self.channel = self.connect(with_certificate=True)

    def read(self, name):
        with open(os.path.join(self.directory, name), "rb") as source:
            return source.read()

    def connect(self, with_certificate, compression=None):
        credentials = grpc.ssl_channel_credentials(
            self.read("ca.pem"),
            self.read("client.key") if with_certificate else None,
            self.read("client.pem") if with_certificate else None)
        options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
        return grpc.secure_channel(self.address, credentials, options, compression)

    def call(self, kind, name, channel=None, service=SERVICE, request=None, response=None):
        return getattr(channel or self.channel, kind)(
            f"/{service}/{name}",
            request_serializer=(request or self.request).SerializeToString,
            response_deserializer=(response or self.response).FromString)

    def unary(self, channel=None):
        return self.call("unary_unary", "Unary", channel)

    def fail(self, request, **options):
        try:
            self.unary()(request, timeout=options.pop("timeout", 20), **options)
        except grpc.RpcError as error:
            return error
        raise AssertionError("the call did not fail")


def case_unary(client):
    assert client.unary()(client.request(payload=b"a record"), timeout=20).payload == b"a record"
    assert client.unary()(client.request(), timeout=20).payload == b""


def case_client_stream(client):
    call = client.call("stream_unary", "ClientStream")
    assert call((client.request(payload=b"%d" % n) for n in range(1000)), timeout=20).index == 1000
    assert call(iter(()), timeout=20).index == 0


def case_server_stream(client):
    call = client.call("unary_stream", "ServerStream")
    indexes = [answer.index for answer in call(client.request(payload=b"x" * 1000, count=1000), timeout=20)]
    assert indexes == list(range(1000)), indexes
    assert not list(call(client.request(), timeout=20))


def case_duplex(client):
    sent = threading.Semaphore(1)

    def requests():
        for number in range(200):
            sent.acquire()
            yield client.request(payload=b"%d" % number)

    count = 0
    for answer in client.call("stream_stream", "Duplex")(requests(), timeout=20):
        assert answer.index == count and answer.payload == b"%d" % count
        count += 1
        sent.release()
    assert count == 200, count


def case_statuses(client):
    message = "100 % gr\u00f6\u00dfer\nas \u4f60\u597d"
    for number, code in CODES.items():
        if number == 0:
            continue
        error = client.fail(client.request(fail_with=number, fail_message=message))
        assert error.code() == code, (code, error)
        assert error.details() == message, error.details()


def case_error_after_messages(client):
    call = client.call("unary_stream", "ServerStream")
    answers = call(client.request(count=3, fail_with=15, fail_message="rotten"), timeout=20)
    count = 0
    try:
        for _ in answers:
            count += 1
    except grpc.RpcError as error:
        assert (count, error.code(), error.details()) == (3, grpc.StatusCode.DATA_LOSS, "rotten")
        return
    raise AssertionError("the stream did not fail")


def case_details(client):
    error = client.fail(client.request(fail_with=9, fail_message="no", fail_with_details=True))
    packed = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = client.messages.type("google.rpc.Status").FromString(packed)
    info = client.messages.type("google.rpc.ErrorInfo").FromString(status.details[0].value)
    assert (status.code, status.message) == (9, "no")
    assert status.details[0].type_url == "type.googleapis.com/google.rpc.ErrorInfo"
    assert (info.reason, info.domain, info.metadata["key"]) == ("TEST_REASON", "ledgerstore", "value")


def case_unexpected_exception(client):
    error = client.fail(client.request(fail_with=99))
    assert error.code() == grpc.StatusCode.UNKNOWN and "secret" not in error.details()


def case_deadline(client):
    error = client.fail(client.request(wait=True), timeout=0.3)
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def case_cancellation(client):
    call = client.unary().future(client.request(wait=True))
    threading.Timer(0.2, call.cancel).start()
    try:
        call.result(timeout=20)
    except grpc.FutureCancelledError:
        pass
    assert call.code() == grpc.StatusCode.CANCELLED

    stream = client.call("unary_stream", "ServerStream")(client.request(count=1, wait=True))
    next(stream)
    stream.cancel()
    assert stream.code() == grpc.StatusCode.CANCELLED


def case_metadata(client):
    sent = (("echo-text", "hello"), ("echo-raw-bin", b"\x00\x01\x02\xff"), ("echo-raw-bin", b"second"))
    answer, call = client.unary().with_call(client.request(), metadata=sent, timeout=20)
    headers, trailers = list(call.initial_metadata()), list(call.trailing_metadata())
    for key, value in sent:
        assert (key, value) in headers, headers
        assert ("trailing-" + key, value) in trailers, trailers
    error = client.fail(client.request(fail_with=5), metadata=sent)
    assert ("trailing-echo-text", "hello") in list(error.trailing_metadata())


def case_compression(client):
    channel = client.connect(with_certificate=True, compression=grpc.Compression.Gzip)
    payload = b"\x00" * 1_000_000
    assert client.unary(channel)(client.request(payload=payload), timeout=20).payload == payload
    call = client.call("stream_stream", "Duplex", channel)
    answers = list(call(iter([client.request(payload=payload)] * 3), timeout=20))
    assert [answer.payload for answer in answers] == [payload] * 3
    deflate = client.connect(with_certificate=True, compression=grpc.Compression.Deflate)
    try:
        client.unary(deflate)(client.request(payload=payload), timeout=20)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error
    else:
        raise AssertionError("deflate was accepted")


def case_large_messages(client):
    payload = os.urandom(4_000_000)
    assert client.unary()(client.request(payload=payload), timeout=60).payload == payload
    assert len(client.unary()(client.request(response_bytes=20_000_000), timeout=60).payload) == 20_000_000
    error = client.fail(client.request(payload=b"x" * 5_000_000))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error


def case_unknown_method(client):
    for service, name in ((SERVICE, "NoSuchMethod"), ("no.such.Service", "Unary")):
        try:
            client.call("unary_unary", name, service=service)(client.request(), timeout=20)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error
        else:
            raise AssertionError("an unknown method answered")


def case_health(client):
    request = client.messages.type("grpc.health.v1.HealthCheckRequest")
    response = client.messages.type("grpc.health.v1.HealthCheckResponse")
    check = client.call("unary_unary", "Check", None, "grpc.health.v1.Health", request, response)
    assert check(request(service="interop"), timeout=20).status == 1
    try:
        check(request(service="no.such"), timeout=20)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND
    watch = client.call("unary_stream", "Watch", None, "grpc.health.v1.Health", request, response)
    stream = watch(request(service="no.such"), timeout=20)
    assert next(stream).status == 3
    stream.cancel()


def case_reflection(client):
    from google.protobuf import descriptor_pb2
    for version in ("v1", "v1alpha"):
        service = f"grpc.reflection.{version}.ServerReflection"
        request = client.messages.type(f"grpc.reflection.{version}.ServerReflectionRequest")
        response = client.messages.type(f"grpc.reflection.{version}.ServerReflectionResponse")
        call = client.call("stream_stream", "ServerReflectionInfo", None, service, request, response)
        answers = list(call(iter([
            request(list_services="*"),
            request(file_containing_symbol=SERVICE),
            request(file_containing_symbol="no.such.Symbol"),
            request(file_by_filename="google/protobuf/any.proto"),
        ]), timeout=20))
        names = [entry.name for entry in answers[0].list_services_response.service]
        assert SERVICE in names and service in names and "grpc.health.v1.Health" in names, names
        files = [descriptor_pb2.FileDescriptorProto.FromString(raw)
                 for raw in answers[1].file_descriptor_response.file_descriptor_proto]
        learned = Messages(files).type("ledgerstore.interop.v1.EchoRequest")
        assert learned(payload=b"x").SerializeToString() == client.request(payload=b"x").SerializeToString()
        assert answers[2].error_response.error_code == 5
        assert answers[3].WhichOneof("message_response") in ("file_descriptor_response", "error_response")


def case_concurrent_calls(client):
    futures = [client.unary().future(client.request(payload=b"%d" % n), timeout=30) for n in range(500)]
    assert [future.result().payload for future in futures] == [b"%d" % n for n in range(500)]


def case_no_client_certificate(client):
    channel = client.connect(with_certificate=False)
    try:
        client.unary(channel)(client.request(), timeout=5)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAVAILABLE, error
    else:
        raise AssertionError("served without a client certificate")


def main():
    client = Client(sys.argv[1], sys.argv[2])
    cases = sys.argv[3:] or [name[5:] for name in globals() if name.startswith("case_")]
    failures = 0
    for case in cases:
        try:
            globals()["case_" + case](client)
            print("ok", case, flush=True)
        except Exception:
            failures += 1
            print("FAILED", case, flush=True)
            traceback.print_exc(file=sys.stdout)
    print(len(cases), "cases with grpcio", grpc.__version__, flush=True)
    sys.exit(failures)


main()
