// gRPC-Web in its binary form over fetch: frames of one flag byte, a length and a message, and last a frame with the
// trailers. Unary calls and server streams; both end by a status, and a stream that ends without one was cut off.
// Page thread.
import { type Bytes, concat, demand } from '../verify/bytes';
import { decode, encode, message as messageField, type Of, repeated, string, bytes, int32, type Table } from './codec';

const frameBytesMax = 64 << 20;
const trailerFlag = 0x80;

/** A call that failed, with the status of gRPC and the reason that the server gave. */
export class CallError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly reason: string,
    readonly details: Record<string, string> = {},
  ) {
    super(message);
  }
}

export const codes = { cancelled: 1, notFound: 5, denied: 7, unimplemented: 12, unavailable: 14, unauthenticated: 16 };

let secret = '1';

/** What the header of every call must say, against pages of other sites. */
export function useCsrf(value: string): void {
  secret = value || '1';
}

export interface Method<Q extends Table, A extends Table> {
  path: string;
  request: Q;
  answer: A;
}

export async function call<Q extends Table, A extends Table>(
  method: Method<Q, A>,
  request: Partial<Of<Q>>,
  signal?: AbortSignal,
): Promise<Of<A>> {
  let answer: Of<A> | null = null;
  for await (const one of stream(method, request, signal)) answer = one;
  if (answer === null) throw new CallError(13, 'the server answered without an answer', '');
  return answer;
}

export async function* stream<Q extends Table, A extends Table>(
  method: Method<Q, A>,
  request: Partial<Of<Q>>,
  signal?: AbortSignal,
): AsyncGenerator<Of<A>> {
  const response = await post(method.path, encode(method.request, request), signal);
  const early = response.headers.get('grpc-status');
  if (early !== null) {
    checkStatus(early, response.headers.get('grpc-message') ?? '', response.headers.get('grpc-status-details-bin'));
  }
  if (!response.ok) throw httpError(response.status);
  for await (const { flag, content } of frames(response)) {
    if (flag !== trailerFlag) {
      demand(flag === 0, 'the server sent a frame that this page did not ask for');
      yield decode(method.answer, content);
      continue;
    }
    const trailers = parseTrailers(content);
    checkStatus(
      trailers.get('grpc-status') ?? '',
      trailers.get('grpc-message') ?? '',
      trailers.get('grpc-status-details-bin') ?? null,
    );
    return;
  }
  if (early === null) throw new CallError(codes.unavailable, 'the answer was cut off before its end', '');
}

async function post(path: string, body: Bytes, signal?: AbortSignal): Promise<Response> {
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(1, body.length);
  try {
    return await fetch(`/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/grpc-web+proto',
        'x-grpc-web': '1',
        'x-ledger-console': secret,
      },
      body: concat(head, body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw new CallError(codes.cancelled, 'the call was ended', '');
    throw new CallError(codes.unavailable, `nothing answers here (${(error as Error).message})`, '');
  }
}

function httpError(status: number): CallError {
  const code =
    status === 401
      ? codes.unauthenticated
      : status === 403
        ? codes.denied
        : status === 404
          ? codes.unimplemented
          : codes.unavailable;
  return new CallError(code, `the console's server answered with HTTP status ${status}`, '');
}

interface Frame {
  flag: number;
  content: Uint8Array;
}

export async function* frames(response: Response): AsyncGenerator<Frame> {
  if (!response.body) return;
  const reader = response.body.getReader();
  let chunks: Uint8Array[] = [];
  let have = 0;
  try {
    for (;;) {
      while (have >= 5) {
        const held: Uint8Array = chunks.length === 1 ? chunks[0] : concat(...chunks);
        chunks = [held];
        const length = new DataView(held.buffer, held.byteOffset, held.byteLength).getUint32(1);
        demand(length <= frameBytesMax, `the server sent a message of ${length} bytes, more than this page takes`);
        if (have < 5 + length) break;
        yield { flag: held[0], content: held.subarray(5, 5 + length) };
        chunks = [held.subarray(5 + length)];
        have -= 5 + length;
      }
      const { done, value } = await reader.read();
      if (done) return;
      chunks.push(value);
      have += value.length;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

export function parseTrailers(content: Uint8Array): Map<string, string> {
  const trailers = new Map<string, string>();
  for (const line of new TextDecoder().decode(content).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return trailers;
}

const Any = { type_url: string(1), value: bytes(2) };
const RpcStatus = { code: int32(1), message: string(2), details: repeated(messageField(3, Any)) };
const Detail = { key: string(1), value: string(2) };
const ErrorInfo = { reason: string(1), domain: string(2), metadata: repeated(messageField(3, Detail)) };

function checkStatus(status: string, escaped: string, details: string | null): void {
  if (status === '0') return;
  let text = escaped;
  let reason = '';
  let metadata: Record<string, string> = {};
  try {
    text = decodeURIComponent(escaped);
  } catch {
    // It stays as it came: a server that does not escape can still say what is wrong.
  }
  try {
    const blob = Uint8Array.from(atob((details ?? '').split(',')[0]), (char) => char.charCodeAt(0));
    const info = decode(RpcStatus, blob).details.find((one) => one.type_url.endsWith('google.rpc.ErrorInfo'));
    const said = info ? decode(ErrorInfo, info.value) : null;
    reason = said?.reason ?? '';
    metadata = Object.fromEntries((said?.metadata ?? []).map((one) => [one.key, one.value]));
  } catch {
    // The reason is an extra; the status and its message stand without it.
  }
  throw new CallError(Number(status) || 2, text || `the server answered with status ${status}`, reason, metadata);
}
