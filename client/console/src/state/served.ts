// The keys that a server names for itself, on the page that it serves. They prove nothing against it; but the ones that
// this browser saw first are kept, so that another key tomorrow is noticed unless the first one signed that it follows.
// Page thread.

const keyOf = (origin: string): string => `ledgerstore.served.${origin}`;

/** The keys that count for an origin: those that this browser saw first. */
export function served(origin: string, told: string[]): string[] {
  const own = told.filter((vkey) => vkey.startsWith(`${origin}+`));
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(origin)) ?? 'null');
    if (Array.isArray(kept) && kept.length > 0) return kept.filter((key): key is string => typeof key === 'string');
    if (own.length > 0) localStorage.setItem(keyOf(origin), JSON.stringify(own));
  } catch {
    // A browser that keeps nothing compares with what is named now.
  }
  return own;
}
