// Drives a whole LedgerStore server with @grpc/grpc-js: ledger.js HOST:PORT DIRECTORY
// DIRECTORY holds ca.pem, ledger.fds and NAME.pem, NAME.key of writer, reader, auditor and idle.
// Prints one line for each case; the exit status is the number of failures.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, directory] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(directory, name));
const definition = loader.loadFileDescriptorSetFromBuffer(read('ledger.fds'), { keepCase: true, defaults: true });
const api = grpc.loadPackageDefinition(definition).ledgerstore.v1;
const deadline = (seconds = 30) => ({ deadline: Date.now() + seconds * 1000 });

const connect = (service, identity) => new api[service](
  address, grpc.credentials.createSsl(read('ca.pem'), read(`${identity}.key`), read(`${identity}.pem`)));

const batch = (...records) => ({
  ledger: 'demo',
  lengths: records.map((record) => Buffer.byteLength(record)),
  payload: Buffer.from(records.join('')),
});

const unary = (client, method, request) => new Promise((resolve, reject) => {
  client[method](request, new grpc.Metadata(), deadline(), (error, answer) => (error ? reject(error) : resolve(answer)));
});

const cases = {
  async append() {
    const answer = await unary(connect('Appender', 'writer'), 'Append', batch('eins', 'zwei'));
    assert.strictEqual(answer.count, 2);
  },
  async appendStream() {
    const stream = connect('Appender', 'writer').AppendStream(new grpc.Metadata(), deadline());
    for (let number = 0; number < 200; number++) {
      stream.write(batch(`record ${number}`));
    }
    stream.end();
    let last = -1;
    let count = 0;
    for await (const answer of stream) {
      assert(Number(answer.first_index) > last);
      last = Number(answer.first_index);
      count++;
    }
    assert.strictEqual(count, 200);
  },
  async readStream() {
    let entries = 0;
    for await (const answer of connect('Reader', 'reader').Read({ ledger: 'demo' }, new grpc.Metadata(), deadline())) {
      entries += answer.entries ? answer.entries.count : 0;
    }
    assert.strictEqual(entries, 202);
  },
  async cancel() {
    const call = connect('Reader', 'reader').Read({ ledger: 'demo', follow: true }, new grpc.Metadata(), deadline());
    const code = await new Promise((resolve) => {
      call.on('data', (answer) => { if (answer.caught_up) call.cancel(); });
      call.on('error', (error) => resolve(error.code));
    });
    assert.strictEqual(code, grpc.status.CANCELLED);
  },
  async checkpoint() {
    const receipt = await unary(connect('Verifier', 'auditor'), 'GetReceipt', { ledger: 'demo', index: 0 });
    assert(receipt.tlog_proof.toString().startsWith('c2sp.org/tlog-proof@v1\n'));
  },
  async denied() {
    await assert.rejects(
      unary(connect('Appender', 'idle'), 'Append', batch('x')), { code: grpc.status.PERMISSION_DENIED });
  },
};

(async () => {
  let failures = 0;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log('ok', name);
    } catch (error) {
      failures++;
      console.log('FAILED', name, error);
    }
  }
  process.exit(failures);
})();
