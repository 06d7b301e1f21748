// What a page shows when it has nothing to show yet, nothing at all, or an error; and what can be done about it.
// Page thread.
import type { ComponentChildren } from 'preact';
import { leave, session, signInLink } from '../state/session';
import { CallError, codes } from '../wire/grpcWeb';
import { Visible } from './text';

export function Loading({ what }: { what: string }) {
  return (
    <div class="state" role="status">
      <span class="spinner" aria-hidden="true" />
      Loading {what}…
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  );
}

export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <div class="state error" role="alert">
      <strong>
        <Visible text={messageOf(error)} />
      </strong>
      <div>{adviceFor(error)}</div>
      <SignInAgain error={error} />
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The right is there, and the sign-in is over, too old or too weak for it: another one helps. */
export function SignInAgain({ error }: { error: unknown }) {
  if (session.value?.kind !== 'server' || !needsSignIn(error)) return null;
  return (
    <a class="button primary" href={signInLink((error as CallError).details.acr, true)} onClick={leave}>
      Sign in again
    </a>
  );
}

function needsSignIn(error: unknown): boolean {
  return error instanceof CallError && (error.code === codes.unauthenticated || error.reason === 'SIGN_IN_AGAIN');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isDenied(error: unknown): boolean {
  return error instanceof CallError && (error.code === codes.denied || error.code === codes.unauthenticated);
}

export function adviceFor(error: unknown): string {
  if (!(error instanceof CallError))
    return 'The answer was not what it must be. Reload the page; if it stays, tell the operator.';
  if (error.reason === 'SIGN_IN_AGAIN') return 'You may do this, and the store wants to be surer that it is you.';
  switch (error.code) {
    case codes.denied:
      return 'Whoever keeps the server’s policy can allow it; `ledger policy explain` shows who may do what.';
    case codes.unauthenticated:
      return 'The session has ended. Open the console again: run `ledger console`, or sign in.';
    case codes.notFound:
      return 'There is no such ledger or entry here, or you have no right on it. Look at the list of ledgers.';
    case codes.unimplemented:
      return 'This source cannot answer that. A running server can; a directory answers what its files hold.';
    case codes.unavailable:
      return 'Is the server running, and does `ledger console` still run in its terminal? What you see stays valid.';
    default:
      return error.reason ? `The server calls it ${error.reason}. Try again in a moment.` : 'Try again in a moment.';
  }
}
