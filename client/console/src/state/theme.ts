// Light or dark: what the system says, or what the viewer chose here.
// Page thread.
import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const key = 'ledgerstore.theme';

function kept(): Theme {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export const theme = signal<Theme>(kept());

export function choose(next: Theme): void {
  theme.value = next;
  apply();
  try {
    localStorage.setItem(key, next);
  } catch {
    // It holds for this visit then.
  }
}

export function apply(): void {
  const root = document.documentElement;
  if (theme.value === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme.value;
}
