// Sends events with the SDK of CloudEvents in each mode: node cloudevents.js ADDRESS TOKEN
// Exits with 0 when all were acknowledged.
const { CloudEvent, HTTP } = require('cloudevents');

const [address, token] = process.argv.slice(2);
const event = (id) => new CloudEvent({
  id, source: 'https://example.org/shop', type: 'org.example.sold', subject: 'Bücher, 50 % ab', data: { amount: 7 },
});

async function send(message) {
  const body = typeof message.body === 'string' ? message.body : JSON.stringify(message.body);
  const answer = await fetch(address, {
    method: 'POST', body, headers: { ...message.headers, authorization: `Bearer ${token}` },
  });
  if (answer.status !== 204) throw new Error(`answered with ${answer.status}`);
}

async function main() {
  await send(HTTP.binary(event('a')));
  await send(HTTP.structured(event('b')));
  await send({
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([event('c'), event('d')]),
  });
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
