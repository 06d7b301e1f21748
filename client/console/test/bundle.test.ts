// What is embedded, and what the sources must not have: the policy for content of the page would refuse it, or worse, not.
// Test code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const assets = join(import.meta.dirname, '../../LedgerStore.Page/Assets');
const sources = join(import.meta.dirname, '../src');
const bytesMax = 200_000;

describe('the embedded files', () => {
  const names = readdirSync(assets).sort();

  it('are four, with names that stay', () => {
    expect(names).toEqual(['console.css', 'console.js', 'index.html', 'verifier.js']);
  });

  it('have at most 200 kB together, compressed', () => {
    const total = names.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
    expect(total).toBeLessThanOrEqual(bytesMax);
  });

  it('ask nobody else for anything, and have nothing inline', () => {
    const html = readFileSync(join(assets, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/);
    expect(html.replaceAll("xmlns='http://www.w3.org/2000/svg'", '')).not.toMatch(/https?:/);
    expect(readFileSync(join(assets, 'console.css'), 'utf8')).not.toMatch(/@import|url\(/);
  });
});

describe('the sources', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));

  it.each(files)('%s makes no markup of texts, and runs none', (name) => {
    const text = readFileSync(join(sources, name), 'utf8');
    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|style="/);
  });

  it.each(files.filter((name) => /^verify\//.test(name)))(
    '%s shares nothing with the page that is checked by it',
    (name) => {
      const text = readFileSync(join(sources, name), 'utf8');
      expect(text).not.toMatch(/from '\.\.\/(\.\.\/)?(state|view|pages|worker)\//);
    },
  );
});
