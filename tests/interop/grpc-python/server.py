"""The service of interop.proto on grpcio: server.py DIRECTORY (ca.pem, server.pem, server.key, interop.fds).

Listens on a loopback port with mutual TLS, prints "port N" and serves until its standard input ends.
"""

import os
import sys
import threading
from concurrent import futures

import grpc

from messages import Messages

SERVICE = "ledgerstore.interop.v1.Interop"
CODES = {code.value[0]: code for code in grpc.StatusCode}


def read(name):
    with open(os.path.join(sys.argv[1], name), "rb") as source:
        return source.read()


class Interop:
    def __init__(self, messages):
        self.messages = messages
        self.request = messages.type("ledgerstore.interop.v1.EchoRequest")
        self.response = messages.type("ledgerstore.interop.v1.EchoResponse")

    def answer(self, request, index):
        payload = b"\x00" * request.response_bytes if request.response_bytes else request.payload
        return self.response(payload=payload, index=index)

    @staticmethod
    def echo_metadata(context):
        echoed = [entry for entry in context.invocation_metadata() if entry.key.startswith("echo-")]
        context.send_initial_metadata([(entry.key, entry.value) for entry in echoed])
        return [("trailing-" + entry.key, entry.value) for entry in echoed]

    def finish(self, request, context, trailers):
        if request.wait:
            ended = threading.Event()
            context.add_callback(ended.set)
            ended.wait()
        if request.fail_with_details:
            status = self.messages.type("google.rpc.Status")(code=request.fail_with, message=request.fail_message)
            info = self.messages.type("google.rpc.ErrorInfo")(reason="TEST_REASON", domain="ledgerstore")
            info.metadata["key"] = "value"
            detail = status.details.add()
            detail.type_url = "type.googleapis.com/google.rpc.ErrorInfo"
            detail.value = info.SerializeToString()
            trailers = trailers + [("grpc-status-details-bin", status.SerializeToString())]
        context.set_trailing_metadata(trailers)
        if request.fail_with:
            context.abort(CODES[request.fail_with], request.fail_message)

    def unary(self, request, context):
        self.finish(request, context, self.echo_metadata(context))
        return self.answer(request, 0)

    def client_stream(self, requests, context):
        trailers = self.echo_metadata(context)
        count, last = 0, self.request()
        for last in requests:
            count += 1
        self.finish(last, context, trailers)
        return self.answer(last, count)

    def server_stream(self, request, context):
        trailers = self.echo_metadata(context)
        for index in range(request.count):
            yield self.answer(request, index)
        self.finish(request, context, trailers)

    def duplex(self, requests, context):
        trailers = self.echo_metadata(context)
        for index, request in enumerate(requests):
            self.finish(request, context, trailers)
            yield self.answer(request, index)


def main():
    interop = Interop(Messages.load(os.path.join(sys.argv[1], "interop.fds")))
    wire = {
        "request_deserializer": interop.request.FromString,
        "response_serializer": interop.response.SerializeToString,
    }
    handlers = {
        "Unary": grpc.unary_unary_rpc_method_handler(interop.unary, **wire),
        "ClientStream": grpc.stream_unary_rpc_method_handler(interop.client_stream, **wire),
        "ServerStream": grpc.unary_stream_rpc_method_handler(interop.server_stream, **wire),
        "Duplex": grpc.stream_stream_rpc_method_handler(interop.duplex, **wire),
    }
    server = grpc.server(futures.ThreadPoolExecutor(16), compression=grpc.Compression.Gzip)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    credentials = grpc.ssl_server_credentials(
        [(read("server.key"), read("server.pem"))], read("ca.pem"), require_client_auth=True)
    port = server.add_secure_port("localhost:0", credentials)
    server.start()
    print("port", port, flush=True)
    sys.stdin.read()
    server.stop(0).wait()


main()
