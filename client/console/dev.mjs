// For whoever works on the page: serves the built assets and translates gRPC-Web to a server's gRPC, with the client
// certificates of its `dev` command. `ledger console` does this for users; this one guards nothing and is for one
// machine.
//   node dev.mjs KEYS [PORT [SERVER]]      KEYS is the directory that `dev` prints; vkeys are read from KEYS/vkeys
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, constants } from 'node:http2';
import { join } from 'node:path';

const [keys, port = '7470', server = 'https://localhost:7443'] = process.argv.slice(2);
if (!keys) throw new Error('which keys? node dev.mjs KEYS [PORT [SERVER]]');
const assets = join(import.meta.dirname, '../LedgerStore.Page/Assets');
const kinds = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const sessions = new Map();

function session(identity) {
  if (!sessions.has(identity) || sessions.get(identity).destroyed) {
    const read = (file) => readFileSync(join(keys, 'pki', file));
    const opened = connect(server, {
      ca: read('ca.pem'),
      cert: read(`clients/${identity}.pem`),
      key: read(`clients/${identity}.key`),
    });
    opened.on('error', () => sessions.delete(identity));
    sessions.set(identity, opened);
  }
  return sessions.get(identity);
}

function identityFor(path, body) {
  if (path.includes('.Admin/')) return 'administrator';
  return body.includes('_audit') ? 'auditor' : 'reader';
}

function trailerFrame(trailers) {
  const lines = Object.entries(trailers).filter(([name]) => name.startsWith('grpc-'));
  const text = Buffer.from(lines.map(([name, value]) => `${name}: ${value}\r\n`).join(''));
  const head = Buffer.alloc(5);
  head[0] = 0x80;
  head.writeUInt32BE(text.length, 1);
  return Buffer.concat([head, text]);
}

function translate(request, response, body) {
  const upstream = session(identityFor(request.url, body)).request({
    ':method': 'POST',
    ':path': request.url,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  response.setHeader('content-type', 'application/grpc-web+proto');
  let early = {};
  let end = null;
  upstream.on('response', (headers) => (early = headers));
  upstream.on('trailers', (trailers) => (end = trailers));
  upstream.on('data', (chunk) => response.write(chunk));
  upstream.on('error', (error) => (end = { 'grpc-status': '14', 'grpc-message': encodeURIComponent(error.message) }));
  upstream.on('close', () => response.end(trailerFrame(end ?? early)));
  response.on('close', () => upstream.close(constants.NGHTTP2_CANCEL));
  upstream.end(body);
}

function consoleJson() {
  const file = join(keys, 'vkeys');
  const vkeys = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => /^[^#]+\+/.test(line))
    : [];
  const hash = createHash('sha256');
  for (const name of ['console.css', 'console.js', 'index.html', 'verifier.js'])
    hash.update(readFileSync(join(assets, name)));
  return {
    kind: 'command',
    source: 'server',
    address: server,
    version: 'dev',
    bundle: hash.digest('hex'),
    keys: vkeys,
    identity: 'reader',
    csrf: '',
  };
}

createServer((request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  response.setHeader('content-security-policy', policy);
  if (request.method === 'POST') {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => translate(request, response, Buffer.concat(chunks)));
    return;
  }
  if (path === '/console.json') return void response.end(JSON.stringify(consoleJson()));
  const file = join(assets, path === '/' ? 'index.html' : path.replaceAll('..', ''));
  if (!existsSync(file)) return void response.writeHead(404).end();
  response.setHeader('content-type', kinds[file.split('.').pop()] ?? 'application/octet-stream');
  response.end(readFileSync(file));
}).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));
