// The frame of a page: its title, what it is about, and a way to another ledger.
// Page thread.
import type { ComponentChildren } from 'preact';
import { ledgers } from '../state/ledgers';
import { go, link, route } from '../state/router';
import { plain } from './text';

interface PageProps {
  title: string;
  lead?: ComponentChildren;
  tools?: ComponentChildren;
  children: ComponentChildren;
  isWide?: boolean;
}

export function Page({ title, lead, tools, children, isWide = false }: PageProps) {
  return (
    <main id="main" tabIndex={-1} class={isWide ? 'wide' : ''}>
      <header class="page-head">
        <div>
          <h1>{title}</h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {tools && <div class="tools">{tools}</div>}
      </header>
      {children}
    </main>
  );
}

/** Chooses the ledger that a page is about; the link of the page names it. */
export function LedgerPicker({ name }: { name: string }) {
  const known = (ledgers.value ?? []).map((one) => one.ledger);
  const all = known.includes(name) || !name ? known : [name, ...known];
  return (
    <label class="picker">
      <span>Ledger</span>
      <select value={name} onChange={(event) => go(link(route.value.page, event.currentTarget.value))}>
        {!name && <option value="">choose…</option>}
        {all.map((one) => (
          <option key={one} value={one}>
            {plain(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Card({
  title,
  children,
  wide = false,
}: {
  title: string;
  children: ComponentChildren;
  wide?: boolean;
}) {
  return (
    <section class={`card${wide ? ' card-wide' : ''}`}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
