// Saved views: links with a name, kept in this browser. A link can be sent to others as it is.
// Page thread.
import { signal } from '@preact/signals';

export interface SavedView {
  name: string;
  href: string;
}

const key = 'ledgerstore.views';
const viewsMax = 100;

function kept(): SavedView[] {
  try {
    const all = JSON.parse(localStorage.getItem(key) ?? '[]') as SavedView[];
    return Array.isArray(all) ? all.filter((one) => typeof one?.name === 'string' && /^#\//.test(one?.href)) : [];
  } catch {
    return [];
  }
}

export const views = signal<SavedView[]>(kept());

function keep(all: SavedView[]): void {
  views.value = all.slice(-viewsMax);
  try {
    localStorage.setItem(key, JSON.stringify(views.value));
  } catch {
    // They hold for this visit then.
  }
}

export function saveView(name: string, href: string): void {
  keep([...views.value.filter((one) => one.name !== name), { name, href }]);
}

export function forgetView(name: string): void {
  keep(views.value.filter((one) => one.name !== name));
}
