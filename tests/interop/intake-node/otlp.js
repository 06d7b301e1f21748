// Sends log records with OpenTelemetry's own exporters: node otlp.js grpc|http|proto ADDRESS DIRECTORY COUNT
// The directory has ca.pem, sender.pem and sender.key. Exits with 0 when all were acknowledged.
const fs = require('fs');
const path = require('path');
const { credentials } = require('@grpc/grpc-js');
const { SeverityNumber } = require('@opentelemetry/api-logs');
const { ExportResultCode } = require('@opentelemetry/core');
const { LoggerProvider, BatchLogRecordProcessor } = require('@opentelemetry/sdk-logs');

const [protocol, address, directory, count] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(directory, name));
const [ca, cert, key] = ['ca.pem', 'sender.pem', 'sender.key'].map(read);

function exporter() {
  if (protocol === 'grpc') {
    const { OTLPLogExporter } = require('@opentelemetry/exporter-logs-otlp-grpc');
    return new OTLPLogExporter({ url: address, credentials: credentials.createSsl(ca, key, cert) });
  }

  const { OTLPLogExporter } = require(`@opentelemetry/exporter-logs-otlp-${protocol}`);
  return new OTLPLogExporter({ url: `${address}/v1/logs`, httpAgentOptions: { ca, cert, key }, compression: 'gzip' });
}

const inner = exporter();
let failed = 0;
const watched = {
  export: (records, done) => inner.export(records, (result) => {
    failed += result.code === ExportResultCode.SUCCESS ? 0 : 1;
    if (result.error) console.error(result.error.message);
    done(result);
  }),
  shutdown: () => inner.shutdown(),
};
const provider = new LoggerProvider({
  processors: [new BatchLogRecordProcessor(watched, { maxQueueSize: 4096, maxExportBatchSize: 64 })],
});
const logger = provider.getLogger('orders', '1.0');
for (let i = 0; i < Number(count); i++) {
  logger.emit({ severityNumber: SeverityNumber.WARN, body: `anna bought ${i}`, attributes: { count: i } });
}

provider.forceFlush().then(() => provider.shutdown()).then(() => process.exit(failed ? 1 : 0));
