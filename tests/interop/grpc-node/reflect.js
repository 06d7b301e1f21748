// Calls a whole LedgerStore server knowing nothing of it but its address: reflect.js HOST:PORT DIRECTORY
// What it can be asked it learns from the server's reflection, through grpc-js-reflection-client, as grpcurl would.
// DIRECTORY holds ca.pem, and NAME.pem, NAME.key of writer, reader, auditor, admin and idle.
// Prints one line for each case; the exit status is the number of failures.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const { GrpcReflection } = require('grpc-js-reflection-client');

const [address, directory] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(directory, name));
const credentials = (identity) => grpc.credentials.createSsl(
  read('ca.pem'), read(`${identity}.key`), read(`${identity}.pem`));
const deadline = () => ({ deadline: Date.now() + 30_000 });

// A client made of what the server says of itself, and nothing else.
const connect = async (service, identity) => {
  const reflection = new GrpcReflection(address, credentials(identity));
  const descriptor = await reflection.getDescriptorBySymbol(service);
  const api = descriptor.getPackageObject({ keepCase: true, defaults: true, longs: Number });
  const Client = service.split('.').reduce((part, name) => part[name], api);
  return new Client(address, credentials(identity));
};

const unary = (client, method, request) => new Promise((resolve, reject) => {
  client[method](request, new grpc.Metadata(), deadline(), (error, answer) => (error ? reject(error) : resolve(answer)));
});

const cases = {
  async services() {
    const names = await new GrpcReflection(address, credentials('idle')).listServices();
    for (const name of ['Appender', 'Reader', 'Verifier', 'Catalog', 'Admin']) {
      assert.ok(names.includes(`ledgerstore.v1.${name}`), names.join());
    }
  },
  async append() {
    const client = await connect('ledgerstore.v1.Appender', 'writer');
    const answer = await unary(client, 'Append', { ledger: 'demo', lengths: [4, 4], payload: Buffer.from('einszwei') });
    assert.deepStrictEqual([answer.first_index, answer.count], [0, 2]);
  },
  async read() {
    const client = await connect('ledgerstore.v1.Reader', 'reader');
    let entries = 0;
    for await (const answer of client.Read({ ledger: 'demo' }, new grpc.Metadata(), deadline())) {
      entries += answer.entries ? answer.entries.count : 0;
    }
    assert.strictEqual(entries, 2);
  },
  async prove() {
    const client = await connect('ledgerstore.v1.Verifier', 'auditor');
    const checkpoint = await unary(client, 'GetCheckpoint', { ledger: 'demo', size: 2 });
    const proof = await unary(client, 'GetInclusionProof', { ledger: 'demo', index: 1, size: checkpoint.size });
    assert.strictEqual(proof.hashes.length, 1);
  },
  async list() {
    const { ledgers } = await unary(await connect('ledgerstore.v1.Catalog', 'reader'), 'ListLedgers', {});
    assert.ok(ledgers.some((each) => each.ledger === 'demo' && each.size === 2));
  },
  async status() {
    const answer = await unary(await connect('ledgerstore.v1.Admin', 'admin'), 'GetStatus', {});
    assert.strictEqual(answer.problems.length, 0);
  },
  async denied() {
    const client = await connect('ledgerstore.v1.Admin', 'idle');
    const error = await unary(client, 'GetStatus', {}).catch((failure) => failure);
    assert.strictEqual(error.code, grpc.status.PERMISSION_DENIED);
  },
};

const main = async () => {
  let failures = 0;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok ${name}`);
    } catch (error) {
      failures++;
      console.log(`FAILED ${name} ${error.stack}`);
    }
  }
  process.exit(failures);
};

main();
