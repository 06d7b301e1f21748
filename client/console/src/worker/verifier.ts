// The worker's thread: one job after the other, each with its answer. What was refuted, what cannot be checked here and
// what broke are three different answers.
// Worker thread.
import { Refused } from '../verify/bytes';
import { CannotCheck } from '../verify/note';
import { type JobName, jobs } from './jobs';

self.onmessage = async (event: MessageEvent<{ id: number; name: JobName; args: unknown[] }>) => {
  const { id, name, args } = event.data;
  try {
    const job = jobs[name] as (...given: unknown[]) => unknown;
    self.postMessage({ id, value: await job(...args) });
  } catch (error) {
    const kind = error instanceof Refused ? 'refused' : error instanceof CannotCheck ? 'cannot' : 'broken';
    self.postMessage({ id, kind, message: (error as Error).message });
  }
};
