// Drives the LedgerStore gRPC server with @grpc/grpc-js: client.js HOST:PORT DIRECTORY [CASE...]
// DIRECTORY holds ca.pem, client.pem, client.key and interop.fds (a FileDescriptorSet). Without CASE all cases run.
// Prints one line for each case; the exit status is the number of failures.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, directory, ...wanted] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(directory, name));
const definition = loader.loadFileDescriptorSetFromBuffer(read('interop.fds'), { keepCase: true, defaults: true });
const api = grpc.loadPackageDefinition(definition);
const limits = { 'grpc.max_receive_message_length': 64 << 20, 'grpc.max_send_message_length': 64 << 20 };

function credentials(withCertificate) {
  return withCertificate
    ? grpc.credentials.createSsl(read('ca.pem'), read('client.key'), read('client.pem'))
    : grpc.credentials.createSsl(read('ca.pem'));
}

const connect = (options = {}) =>
  new api.ledgerstore.interop.v1.Interop(address, credentials(true), { ...limits, ...options });
const client = connect();
const deadline = (seconds = 20) => ({ deadline: Date.now() + seconds * 1000 });

// Resolves to { error, answer, headers, trailers } of a unary call.
function unary(request, { metadata = new grpc.Metadata(), options = deadline(), via = client } = {}) {
  return new Promise((resolve) => {
    const result = {};
    const call = via.Unary(request, metadata, options, (error, answer) => {
      result.error = error;
      result.answer = answer;
    });
    call.on('metadata', (headers) => { result.headers = headers; });
    call.on('status', (status) => {
      result.trailers = status.metadata;
      setImmediate(() => resolve(result));
    });
    result.call = call;
  });
}

async function answersOf(stream) {
  const answers = [];
  for await (const answer of stream) {
    answers.push(answer);
  }
  return answers;
}

const text = '100 % größer\nas 你好';

const cases = {
  async unary() {
    const { error, answer } = await unary({ payload: Buffer.from('a record') });
    assert.ifError(error);
    assert.strictEqual(answer.payload.toString(), 'a record');
  },

  async clientStream() {
    const answer = await new Promise((resolve, reject) => {
      const call = client.ClientStream(deadline(), (error, value) => (error ? reject(error) : resolve(value)));
      for (let number = 0; number < 1000; number++) {
        call.write({ payload: Buffer.from(`${number}`) });
      }
      call.end();
    });
    assert.strictEqual(answer.index, 1000);
  },

  async serverStream() {
    const answers = await answersOf(client.ServerStream({ payload: Buffer.alloc(1000), count: 1000 }, deadline()));
    assert.deepStrictEqual(answers.map((answer) => answer.index), [...Array(1000).keys()]);
  },

  async duplex() {
    const call = client.Duplex(deadline());
    let count = 0;
    call.write({ payload: Buffer.from('0') });
    for await (const answer of call) {
      assert.strictEqual(answer.index, count);
      assert.strictEqual(answer.payload.toString(), `${count}`);
      count += 1;
      if (count < 200) {
        call.write({ payload: Buffer.from(`${count}`) });
      } else {
        call.end();
      }
    }
    assert.strictEqual(count, 200);
  },

  async statuses() {
    for (let code = 1; code <= 16; code++) {
      const { error } = await unary({ fail_with: code, fail_message: text });
      assert.strictEqual(error.code, code);
      assert.strictEqual(error.details, text);
    }
  },

  async errorAfterMessages() {
    const stream = client.ServerStream({ count: 3, fail_with: 15, fail_message: 'rotten' }, deadline());
    let count = 0;
    const error = await (async () => {
      for await (const answer of stream) {
        assert.strictEqual(answer.index, count++);
      }
    })().catch((failure) => failure);
    assert.deepStrictEqual([count, error.code, error.details], [3, grpc.status.DATA_LOSS, 'rotten']);
  },

  async details() {
    const { error } = await unary({ fail_with: 9, fail_message: 'no', fail_with_details: true });
    const [packed] = error.metadata.get('grpc-status-details-bin');
    assert.ok(packed.includes('type.googleapis.com/google.rpc.ErrorInfo'));
    assert.ok(packed.includes('TEST_REASON') && packed.includes('ledgerstore'));
  },

  async unexpectedException() {
    const { error } = await unary({ fail_with: 99 });
    assert.strictEqual(error.code, grpc.status.UNKNOWN);
    assert.ok(!error.details.includes('secret'));
  },

  async deadline() {
    const { error } = await unary({ wait: true }, { options: deadline(0.3) });
    assert.strictEqual(error.code, grpc.status.DEADLINE_EXCEEDED);
  },

  async cancellation() {
    const error = await new Promise((resolve) => {
      const call = client.Unary({ wait: true }, resolve);
      setTimeout(() => call.cancel(), 200);
    });
    assert.strictEqual(error.code, grpc.status.CANCELLED);
    const stream = client.ServerStream({ count: 1, wait: true });
    const failure = await new Promise((resolve) => {
      stream.on('data', () => stream.cancel());
      stream.on('error', resolve);
    });
    assert.strictEqual(failure.code, grpc.status.CANCELLED);
  },

  async metadata() {
    const metadata = new grpc.Metadata();
    metadata.add('echo-text', 'hello');
    metadata.add('echo-raw-bin', Buffer.from([0, 1, 2, 255]));
    metadata.add('echo-raw-bin', Buffer.from('second'));
    const { headers, trailers } = await unary({}, { metadata });
    assert.deepStrictEqual(headers.get('echo-text'), ['hello']);
    assert.deepStrictEqual(trailers.get('trailing-echo-text'), ['hello']);
    const expected = [Buffer.from([0, 1, 2, 255]), Buffer.from('second')];
    assert.deepStrictEqual(headers.get('echo-raw-bin'), expected);
    assert.deepStrictEqual(trailers.get('trailing-echo-raw-bin'), expected);
    const { error } = await unary({ fail_with: 5 }, { metadata });
    assert.deepStrictEqual(error.metadata.get('trailing-echo-text'), ['hello']);
  },

  async compression() {
    const gzip = grpc.compressionAlgorithms.gzip;
    const via = connect({ 'grpc.default_compression_algorithm': gzip });
    const payload = Buffer.alloc(1_000_000);
    const { error, answer } = await unary({ payload }, { via });
    assert.ifError(error);
    assert.ok(answer.payload.equals(payload));
    const call = via.Duplex(deadline());
    for (let count = 0; count < 3; count++) {
      call.write({ payload });
    }
    call.end();
    const answers = await answersOf(call);
    assert.ok(answers.length === 3 && answers.every((each) => each.payload.equals(payload)));
    via.close();
  },

  async largeMessages() {
    const payload = crypto.randomBytes(4_000_000);
    const { answer } = await unary({ payload });
    assert.ok(answer.payload.equals(payload));
    const large = await unary({ response_bytes: 20_000_000 });
    assert.strictEqual(large.answer.payload.length, 20_000_000);
    const { error } = await unary({ payload: Buffer.alloc(5_000_000) });
    assert.strictEqual(error.code, grpc.status.RESOURCE_EXHAUSTED);
  },

  async unknownMethod() {
    for (const name of ['/ledgerstore.interop.v1.Interop/NoSuchMethod', '/no.such.Service/Unary']) {
      const error = await new Promise((resolve) => {
        client.makeUnaryRequest(name, (value) => value, (value) => value, Buffer.alloc(0), resolve);
      });
      assert.strictEqual(error.code, grpc.status.UNIMPLEMENTED);
    }
  },

  async health() {
    const health = new api.grpc.health.v1.Health(address, credentials(true));
    const check = (service) => new Promise((resolve) => {
      health.Check({ service }, deadline(), (error, answer) => resolve({ error, answer }));
    });
    assert.strictEqual((await check('interop')).answer.status, 1);
    assert.strictEqual((await check('no.such')).error.code, grpc.status.NOT_FOUND);
    health.close();
  },

  async reflection() {
    for (const version of ['v1', 'v1alpha']) {
      const reflection = new api.grpc.reflection[version].ServerReflection(address, credentials(true));
      const call = reflection.ServerReflectionInfo(deadline());
      call.write({ list_services: '*' });
      call.write({ file_containing_symbol: 'ledgerstore.interop.v1.Interop' });
      call.end();
      const [list, file] = await answersOf(call);
      const names = list.list_services_response.service.map((each) => each.name);
      assert.ok(names.includes('ledgerstore.interop.v1.Interop') && names.includes('grpc.health.v1.Health'));
      const [descriptor] = file.file_descriptor_response.file_descriptor_proto;
      assert.ok(descriptor.includes('EchoRequest'));
      reflection.close();
    }
  },

  async concurrentCalls() {
    const results = await Promise.all(
      [...Array(500).keys()].map((number) => unary({ payload: Buffer.from(`${number}`) })));
    results.forEach(({ answer }, number) => assert.strictEqual(answer.payload.toString(), `${number}`));
  },

  async noClientCertificate() {
    const via = new api.ledgerstore.interop.v1.Interop(address, credentials(false));
    const { error } = await unary({}, { via, options: deadline(5) });
    assert.ok([grpc.status.UNAVAILABLE, grpc.status.DEADLINE_EXCEEDED].includes(error.code), `${error}`);
    via.close();
  },
};

async function main() {
  const names = wanted.length > 0 ? wanted : Object.keys(cases);
  let failures = 0;
  for (const name of names) {
    try {
      await cases[name]();
      console.log('ok', name);
    } catch (failure) {
      failures += 1;
      console.log('FAILED', name, failure.stack);
    }
  }
  console.log(names.length, 'cases with @grpc/grpc-js', require('@grpc/grpc-js/package.json').version);
  process.exit(failures);
}

main();
