// Sends numbered events with Node's own packages, batch after batch, each until it is acknowledged:
// node steady.js grpc|http|proto|cloudevents ADDRESS CA CERTIFICATE KEY COUNT BATCH MILLISECONDS
// Says `stored FIRST COUNT` and `again FIRST COUNT`; exits with 0 when all were acknowledged.
const fs = require('fs');
const https = require('https');

const [what, address, ...rest] = process.argv.slice(2);
const [ca, cert, key] = rest.slice(0, 3).map((file) => fs.readFileSync(file));
const [count, batch, millis] = rest.slice(3).map(Number);
const sleep = (time) => new Promise((done) => setTimeout(done, time));

function post(headers, body) {
  return new Promise((done) => {
    const request = https.request(address, { method: 'POST', headers, ca, cert, key, agent }, (answer) => {
      answer.resume();
      answer.on('error', () => done(false));
      answer.on('end', () => done(answer.statusCode === 204));
    });
    request.on('error', () => done(false));
    request.end(body);
  });
}

const agent = new https.Agent({ keepAlive: true, ca, cert, key });

function cloudevents() {
  const { CloudEvent } = require('cloudevents');
  return (first, size) => {
    const events = [];
    for (let i = first; i < first + size; i++) {
      events.push(new CloudEvent({
        id: `${i}`, source: 'https://example.org/shop', type: 'org.example.sold', time: new Date(i * 1000).toISOString(),
        data: { amount: 7, number: `#${i}#` },
      }));
    }
    const body = JSON.stringify(events);
    return () => post({ 'content-type': 'application/cloudevents-batch+json' }, body);
  };
}

function exporter() {
  if (what === 'grpc') {
    const { credentials } = require('@grpc/grpc-js');
    const { OTLPLogExporter } = require('@opentelemetry/exporter-logs-otlp-grpc');
    return new OTLPLogExporter({ url: address, credentials: credentials.createSsl(ca, key, cert) });
  }
  const { OTLPLogExporter } = require(`@opentelemetry/exporter-logs-otlp-${what}`);
  return new OTLPLogExporter({ url: `${address}/v1/logs`, httpAgentOptions: { ca, cert, key }, compression: 'gzip' });
}

function otlp() {
  const { SeverityNumber } = require('@opentelemetry/api-logs');
  const { ExportResultCode } = require('@opentelemetry/core');
  const { LoggerProvider } = require('@opentelemetry/sdk-logs');
  const sender = exporter();
  let records = [];
  const keeper = { onEmit: (record) => records.push(record), forceFlush: async () => {}, shutdown: async () => {} };
  const logger = new LoggerProvider({ processors: [keeper] }).getLogger('orders', '1.0');
  return (first, size) => {
    records = [];
    for (let i = first; i < first + size; i++) {
      logger.emit({ severityNumber: SeverityNumber.WARN, body: `anna bought #${i}#`, attributes: { count: i } });
    }
    const mine = records;
    return () => new Promise((done) => {
      sender.export(mine, (result) => done(result.code === ExportResultCode.SUCCESS));
    });
  };
}

async function main() {
  const make = what === 'cloudevents' ? cloudevents() : otlp();
  const began = Date.now();
  for (let first = 0; first < count; first += batch) {
    await sleep(Math.max(0, began + (millis * first) / count - Date.now()));
    const size = Math.min(batch, count - first);
    const send = make(first, size);
    while (!(await send())) {
      console.log(`again ${first} ${size}`);
      await sleep(200);
    }
    console.log(`stored ${first} ${size}`);
  }
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
