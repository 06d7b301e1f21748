// The published test data beside the checkout, as ../shared/vectors. Where it is absent, tests that need it are skipped
// and say so; LEDGERSTORE_REQUIRE_INTEROP does not ask for it, because it comes from elsewhere.
// Test code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'vitest';

function find(): string | null {
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    if (!existsSync(join(at, 'LedgerStore.sln'))) continue;
    const vectors = join(at, '..', 'shared', 'vectors');
    return existsSync(vectors) ? vectors : null;
  }
  return null;
}

const directory = find();

export function describeVectors(name: string, body: () => void): void {
  if (directory) describe(name, body);
  else it.skip(`${name}: vectors not found at ../shared/vectors`, () => {});
}

export function readVector(file: string): any {
  return JSON.parse(readFileSync(join(directory!, file), 'utf8'));
}

export function vectorFiles(folder: string): string[] {
  const names = readdirSync(join(directory!, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name))
    .sort();
}
