// A walk through the page in Chromium, against a console that runs: every page in both themes and two widths, without an
// error, a violation of accessibility (axe), or a script of a record that runs; then the lying server, whose lies must turn
// red; then figures. `npm run walk -- URL LEDGER [FOLDER]`; with a folder it keeps screenshots there, outside of the repository.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [url, ledger = 'demo', folder] = process.argv.slice(2);
if (!url) throw new Error('which console? npm run walk -- URL LEDGER [FOLDER]');
const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const base = new URL('/', url).href;
const pages = [
  'overview',
  'ledgers',
  `ledgers/${ledger}`,
  `entries/${ledger}`,
  `entries/${ledger}?sel=1`,
  `search/${ledger}`,
  `search/${ledger}?q=who%3Danna`,
  'timeline',
  'timeline?who=anna',
  'alerts',
  'access',
  `retention/${ledger}`,
  'verify',
  'nowhere',
];
let failures = 0;
let passes = 0;

function check(isTrue, what) {
  if (isTrue) passes++;
  else {
    failures++;
    console.log(`FAILED: ${what}`);
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

async function open(options, body) {
  const context = await browser.newContext({ bypassCSP: options.bypassCSP ?? false, ...options });
  const page = await context.newPage();
  page.on('pageerror', (error) => check(false, `an exception on ${page.url()}: ${error.message}`));
  page.on('dialog', (dialog) => check(false, `a script of a record ran: ${dialog.message()}`));
  page.on('console', (message) => /Content.Security.Policy/.test(message.text()) && check(false, message.text()));
  // The link of the console has its token, once; the door's cookie stays in the context.
  await page.goto(options.link ?? url);
  await page.waitForSelector('h1');
  await body(page, context);
  await context.close();
}

const settled = (page) =>
  page.waitForFunction(() => !document.querySelector('.spinner'), null, { timeout: 20_000 }).catch(() => {});
const go = async (page, hash) => {
  await page.evaluate((to) => (location.hash = to), `#/${hash}`);
  await page.waitForTimeout(300);
  await settled(page);
  await page.waitForTimeout(300);
};

let state;
await open({}, async (_, context) => (state = await context.storageState()));
const again = { storageState: state, link: base };

async function looks() {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      await open({ ...again, colorScheme, viewport: { width, height: 860 } }, async (page) => {
        await page.evaluate(axe); // by the debugger: the page's own policy would refuse it
        for (const hash of pages) {
          await go(page, hash);
          const { violations } = await page.evaluate(() =>
            globalThis.axe.run(document, { resultTypes: ['violations'] }),
          );
          for (const one of violations) {
            check(
              false,
              `${hash} (${colorScheme}, ${width}): ${one.id}: ${one.nodes
                .slice(0, 2)
                .map((node) => node.html.slice(0, 120))
                .join(' | ')}`,
            );
          }
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          check(over <= 0, `${hash} is ${over} px wider than a window of ${width} px`);
          check((await page.$$('h1')).length === 1, `${hash} has not one title`);
          if (folder)
            await page.screenshot({
              path: `${folder}/${hash.replaceAll(/[^a-z0-9]+/gi, '-')}-${width}-${colorScheme}.png`,
            });
        }
      });
    }
  }
}

/** The server's answer to one kind of call, changed on its way. */
async function lie(call, change, hash, expected) {
  await open(again, async (page) => {
    await page.route(`**/ledgerstore.v1.${call}`, async (route) => {
      const response = await route.fetch();
      const body = Buffer.from(await response.body());
      await route.fulfill({ response, body: change(body) ?? body });
    });
    await page.goto(base + `#/${hash}`);
    await page.reload();
    const seen = await page.waitForSelector('.verdict.failed', { timeout: 20_000 }).then(
      (found) => found.innerText(),
      () => 'nothing',
    );
    check(expected.test(seen), `${call} lied, and the page said: ${seen}`);
  });
}

const flip = (at) => (body) => {
  body[at < 0 ? body.length + at : at] ^= 1;
};
// Answers end with the trailer frame, whose length is in front of it.
const beforeTrailer = (body) => body.lastIndexOf(Buffer.from([0x80, 0, 0, 0]));

async function lies() {
  await lie(
    'Reader/Read',
    (body) => flip(beforeTrailer(body) - 2)(body),
    `entries/${ledger}?sel=0`,
    /entry \d+ is not what was signed/,
  );
  await lie(
    'Verifier/GetInclusionProof',
    (body) => flip(beforeTrailer(body) - 2)(body),
    `entries/${ledger}?sel=0`,
    /not those that were signed/,
  );
  await lie(
    'Verifier/GetCheckpoint',
    (body) => {
      const at = body.indexOf(`/${ledger}\n`) + ledger.length + 2;
      body[at] = body[at] === 0x31 ? 0x32 : 0x31;
    },
    `entries/${ledger}`,
    /signature of .* is false/,
  );
}

/** What this browser remembers of a log before the page is opened: a server that shows less, or another tree, is caught. */
async function remembered(change, expected) {
  await open(again, async (page) => {
    await go(page, `entries/${ledger}`);
    await page.evaluate((how) => {
      for (const key of Object.keys(localStorage).filter((one) => one.startsWith('ledgerstore.seen.'))) {
        const seen = JSON.parse(localStorage[key]);
        const other = btoa(String.fromCharCode(...Array(32).fill(7)));
        localStorage[key] = JSON.stringify(
          how === 'larger' ? { ...seen, size: seen.size + 1000 } : { ...seen, root: other },
        );
      }
    }, change);
    await page.reload();
    const seen = await page.waitForSelector('.verdict.failed', { timeout: 20_000 }).then(
      (found) => found.innerText(),
      () => 'nothing',
    );
    check(expected.test(seen), `a ${change} tree was seen before, and the page said: ${seen}`);
  });
}

async function keyboard() {
  await open(again, async (page) => {
    await page.goto(`${base}?keys#/entries/${ledger}`); // a page that is loaded: its first stop is the link to the content
    await page.waitForSelector('.list-row .badge');
    await page.keyboard.press('Tab');
    check(
      await page.evaluate(() => document.activeElement?.className === 'skip'),
      'the first stop is not the link to the content',
    );
    await page.keyboard.press('Enter');
    check(
      await page.evaluate(() => document.activeElement?.id === 'main'),
      'the link to the content does not lead there',
    );
    await page.focus('.list');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.waitForSelector('.panel');
    const title = await page.$eval('.panel h2', (found) => found.textContent);
    check(/\b1$/.test(title ?? ''), `the arrow did not go to entry 1, but to ${title}`);
  });
}

async function figures() {
  await open({ ...again, viewport: { width: 1280, height: 860 } }, async (page) => {
    const started = Date.now();
    await page.goto(`${base}?again#/entries/${ledger}`);
    await page.waitForSelector('.list-row .badge');
    console.log(`first page with entries: ${Date.now() - started} ms`);
    await settled(page);
    const frames = await page.evaluate(async () => {
      const list = document.querySelector('.list');
      const times = [];
      let last = performance.now();
      for (let i = 0; i < 240; i++) {
        list.scrollTop = ((i * 7919) % 2000) * (list.scrollHeight / 2000);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        times.push(performance.now() - last);
        last = performance.now();
      }
      times.sort((a, b) => a - b);
      return { median: times[120], p99: times[237], max: times[239] };
    });
    console.log(
      `scrolling, 240 jumps: median ${frames.median.toFixed(1)} ms, p99 ${frames.p99.toFixed(1)} ms, longest ${frames.max.toFixed(1)} ms`,
    );
  });
}

await looks();
await lies();
await remembered('larger', /rolled back/);
await remembered('different', /two histories/);
await keyboard();
await figures();
await browser.close();
console.log(`${passes} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
