// How the page is built: four files with fixed names and no hashes, the same bytes from the same sources every time,
// straight into the project that embeds them.
import { defineConfig } from 'vitest/config';

const names = {
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  assetFileNames: 'console[extname]',
};

export default defineConfig({
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../LedgerStore.Page/Assets',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    rolldownOptions: { input: { console: 'index.html' }, output: names },
  },
  worker: { format: 'es', rolldownOptions: { output: { ...names, entryFileNames: 'verifier.js' } } },
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000 },
});
