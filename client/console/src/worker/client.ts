// The page's side of the worker: a promise for each job. An answer that is an exception becomes the same one here.
// Page thread.
import { Refused } from '../verify/bytes';
import { CannotCheck } from '../verify/note';
import type { JobName, Jobs } from './jobs';

interface Waiting {
  resolve: (value: any) => void;
  reject: (error: Error) => void;
}

const worker = new Worker(new URL('./verifier.ts', import.meta.url), { type: 'module' });
const waiting = new Map<number, Waiting>();
let last = 0;

worker.onmessage = ({ data }) => {
  const one = waiting.get(data.id);
  waiting.delete(data.id);
  if (!one) return;
  if (!data.kind) one.resolve(data.value);
  else if (data.kind === 'refused') one.reject(new Refused(data.message));
  else one.reject(data.kind === 'cannot' ? new CannotCheck(data.message) : new Error(data.message));
};

// Without a worker nothing is verified, and nothing may wait for it for ever.
worker.onerror = () => {
  for (const one of waiting.values()) one.reject(new CannotCheck('the verifier of this page did not start: reload it'));
  waiting.clear();
};

export function verify<N extends JobName>(
  name: N,
  ...args: Parameters<Jobs[N]>
): Promise<Awaited<ReturnType<Jobs[N]>>> {
  return new Promise((resolve, reject) => {
    last++;
    waiting.set(last, { resolve, reject });
    worker.postMessage({ id: last, name, args });
  });
}
