// Links: what is after the # names a page, what it is about, and how it is looked at. A link can be shared: whoever
// opens it sees the same.
// Page thread.
import { signal } from '@preact/signals';

export interface Route {
  page: string;
  name: string;
  query: Record<string, string>;
}

function parse(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', name = ''] = path.split('/').map(decoded);
  return { page: page || 'overview', name, query: Object.fromEntries(new URLSearchParams(query)) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const route = signal<Route>(parse(location.hash));

addEventListener('hashchange', () => (route.value = parse(location.hash)));

export function link(page: string, name = '', query: Record<string, string | number | undefined> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `#/${page}${name ? `/${encodeURIComponent(name)}` : ''}${search ? `?${search}` : ''}`;
}

/** The same page looked at differently; it replaces the last step, so that "back" leaves the page. */
export function look(query: Record<string, string | number | undefined>): void {
  const { page, name, query: before } = route.value;
  history.replaceState(null, '', link(page, name, { ...before, ...query }));
  route.value = parse(location.hash);
}

export function go(href: string): void {
  location.hash = href.slice(1);
}
