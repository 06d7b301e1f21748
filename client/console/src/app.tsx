// The shell: ways to the pages, the page that the link names, and at the foot what this page's word is worth.
// Page thread.
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { link, route } from './state/router';
import { door, leave, openSession, type Session, session, sessionError, signInLink, signOut } from './state/session';
import { choose, type Theme, theme } from './state/theme';
import { AccessPage } from './pages/access';
import { AlertsPage } from './pages/alerts';
import { EntriesPage } from './pages/entries';
import { LedgersPage } from './pages/ledgers';
import { OverviewPage } from './pages/overview';
import { RetentionPage } from './pages/retention';
import { SearchPage } from './pages/search';
import { TimelinePage } from './pages/timeline';
import { VerifyPage } from './pages/verify';
import { Icon } from './view/icons';
import { Page } from './view/page';
import { Empty, Failure, Loading } from './view/states';
import { plain } from './view/text';

interface Place {
  page: string;
  title: string;
  view: ComponentType;
}

const places: Place[] = [
  { page: 'overview', title: 'Overview', view: OverviewPage },
  { page: 'ledgers', title: 'Ledgers', view: LedgersPage },
  { page: 'entries', title: 'Entries', view: EntriesPage },
  { page: 'search', title: 'Search', view: SearchPage },
  { page: 'timeline', title: 'Timeline', view: TimelinePage },
  { page: 'alerts', title: 'Alerts', view: AlertsPage },
  { page: 'access', title: 'Access review', view: AccessPage },
  { page: 'retention', title: 'Retention', view: RetentionPage },
  { page: 'verify', title: 'Verify', view: VerifyPage },
];

// A directory of evidence has files, and nothing else to look at.
function placesOf(now: Session | null): Place[] {
  return now?.source === 'evidence' ? places.filter((one) => one.page === 'verify') : places;
}

export function App() {
  const { page, name } = route.value;
  const offered = placesOf(session.value);
  const place = offered.find((one) => one.page === page) ?? (page === 'overview' ? offered[0] : undefined);
  useEffect(() => void openSession(), []);
  // Another page is announced: the focus goes to its content, as it would with a page that loads.
  const last = useRef(page);
  useEffect(() => {
    if (last.current !== page) document.getElementById('main')?.focus({ preventScroll: true });
    last.current = page;
    scrollTo(0, 0);
  }, [page]);
  useEffect(() => {
    document.title = `${place?.title ?? 'Not found'}${name ? ` · ${plain(name)}` : ''} · LedgerStore`;
    document.querySelector('.side [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [page, name]);
  const View = place?.view;
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Side page={page} name={name} />
      <div class="content">
        {sessionError.value ? (
          <Page title="LedgerStore">
            <Failure
              error={new Error(`The console does not answer: ${sessionError.value}`)}
              again={() => void openSession()}
            />
          </Page>
        ) : door.value && !session.value ? (
          <SignIn />
        ) : !session.value ? (
          <Page title="LedgerStore">
            <Loading what="the console" />
          </Page>
        ) : View ? (
          <View />
        ) : (
          <Page title="Not found">
            <Empty title="There is no such page.">
              <a href={link('overview')}>To the overview</a>
            </Empty>
          </Page>
        )}
        <Foot />
      </div>
    </>
  );
}

function SignIn() {
  return (
    <Page
      title="Sign in"
      lead={`${plain(door.value!.public_name ?? 'This store')} shows its records to those it knows.`}
    >
      <div class="state">
        <p>You are not signed in here. Each look at a record is recorded with your name.</p>
        <a class="button primary" href={signInLink()} onClick={leave}>
          Sign in
        </a>
      </div>
    </Page>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  const main = document.getElementById('main');
  main?.focus();
  main?.scrollIntoView();
}

// What a page about one ledger leads to is about the same one.
const aboutLedger = ['entries', 'search', 'retention'];

function Side({ page, name }: { page: string; name: string }) {
  const kept = aboutLedger.includes(page) || page === 'ledgers' ? name : '';
  return (
    <header class="side">
      <a class="brand" href={link('overview')}>
        <Icon name="brand" />
        LedgerStore
      </a>
      <nav aria-label="Pages">
        <ul>
          {placesOf(session.value).map((one) => (
            <li key={one.page}>
              <a
                href={link(one.page, aboutLedger.includes(one.page) ? kept : '')}
                aria-current={one.page === page ? 'page' : undefined}
              >
                <Icon name={one.page} />
                {one.title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <label class="theme">
        <span>Theme</span>
        <select value={theme.value} onChange={(event) => choose(event.currentTarget.value as Theme)}>
          <option value="system">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </label>
      {session.value?.kind === 'server' && (
        <button type="button" class="sign-out" onClick={() => void signOut()}>
          Sign out
        </button>
      )}
    </header>
  );
}

function Foot() {
  const now = session.value ?? door.value;
  if (!now) return null;
  return (
    <footer>
      {now.kind === 'command' ? (
        <p>
          <strong>Served by the command on this machine.</strong> What it calls verified was computed in this browser,
          by code that came from the command and not from the server, against the {now.keys.length} keys of your trust
          file.
        </p>
      ) : (
        <p>
          <strong>Served by the server itself.</strong> What this page calls consistent was computed in this browser, by
          code that the server sent. It finds accidents, and files that somebody changed. A server that lies could send
          a page that lies with it: for proof against the server, run <code>ledger console</code> on your own machine.
        </p>
      )}
      <p class="dim">
        {now.identity ? `${plain(now.identity)} at ` : ''}
        {plain(now.address)} · version {plain(now.version)} · bundle SHA-256 <code>{plain(now.bundle)}</code>
        {now.until && ` · signed in until ${new Date(now.until).toLocaleString()}`}
      </p>
    </footer>
  );
}
