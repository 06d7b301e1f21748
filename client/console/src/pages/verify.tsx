// Verify: what somebody was given is checked here, in the browser, offline. Nothing of it leaves this machine.
// Page thread.
import { useEffect, useRef, useState } from 'preact/hooks';
import { decodeEntry } from '../verify/entry';
import { hex, toBase64 } from '../verify/bytes';
import { pin, session } from '../state/session';
import { type Checked, checkEvidence, checkFiles, filesOf } from '../state/dropped';
import { isFromServer, unchecked, verified } from '../state/verdict';
import { VerdictLine } from '../view/badge';
import { count, microsToMs } from '../view/format';
import { FoundList, type FoundRow } from '../view/found';
import { Facts, Page } from '../view/page';
import { Loading, messageOf } from '../view/states';
import { lineOf } from '../view/summary';
import { plain, Visible } from '../view/text';
import { Time } from '../view/time';

export function VerifyPage() {
  const [checked, setChecked] = useState<Checked[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);
  const [problem, setProblem] = useState('');
  const [more, setMore] = useState('');
  const chooser = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const keys = [
    ...session.value!.keys,
    ...more
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.includes('+')),
  ];
  // Trees that were compared with the server's own key are compared anew.
  const keep = (all: string[]): void => {
    pin([...new Set(all)]);
    location.reload();
  };
  const run = async (files: Promise<[string, Blob][]> | [string, Blob][]): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      setChecked(await checkFiles(await files, keys));
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  const chosen = (list: FileList | null): void => {
    if (list?.length) void run([...list].map((file): [string, File] => [file.webkitRelativePath || file.name, file]));
  };
  return (
    <Page
      title="Verify"
      lead="A receipt, a checkpoint, an evidence directory or a kept search: checked in this browser, without a server."
    >
      <div
        class={`drop${isOver ? ' over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (event.dataTransfer) void run(filesOf(event.dataTransfer));
        }}
      >
        <strong>Drop it here</strong>
        <p class="dim">
          Nothing is sent anywhere. What is checked against: {count(keys.length)} trusted keys. For a receipt that does
          not hold its entry, drop the file with the entry’s bytes together with it.
        </p>
        <div class="bar-group">
          <button type="button" class="primary" onClick={() => chooser.current?.click()}>
            Choose files
          </button>
          <button type="button" onClick={() => folder.current?.click()}>
            Choose a directory
          </button>
        </div>
        <input
          ref={chooser}
          class="hidden"
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files to verify"
          onChange={(event) => chosen(event.currentTarget.files)}
        />
        <input
          ref={folder}
          class="hidden"
          type="file"
          tabIndex={-1}
          aria-label="Directory to verify"
          {...{ webkitdirectory: true }}
          onChange={(event) => chosen(event.currentTarget.files)}
        />
      </div>
      <details class="checked">
        <summary>Keys</summary>
        <p class="dim">
          {isFromServer.value ? 'Those that you put into this browser' : 'Those of the trust file'}
          {session.value!.keys.length > 0
            ? ':'
            : isFromServer.value
              ? ': none. Get the keys from whoever runs the store, by another way than this page.'
              : ': none. `ledger trust add` takes what the operator gave you.'}
        </p>
        <ul class="rows">
          {session.value!.keys.map((key) => (
            <li key={key}>
              <code class="wrap">{plain(key)}</code>
            </li>
          ))}
        </ul>
        <label class="field">
          More, one a line{isFromServer.value ? '' : ', for this page only'}
          <textarea
            rows={3}
            value={more}
            spellcheck={false}
            onInput={(event) => setMore(event.currentTarget.value)}
            placeholder="localhost/demo+9f0e4902+AeLf…"
          />
        </label>
        {isFromServer.value && (
          <div class="bar-group">
            <button type="button" onClick={() => keep(keys)}>
              Keep these in this browser
            </button>
            <button type="button" onClick={() => keep([])}>
              Forget all
            </button>
          </div>
        )}
      </details>
      {session.value!.source === 'evidence' && <FromHost keys={keys} show={setChecked} />}
      <div aria-live="polite">
        {isBusy && <Loading what="and checking" />}
        {problem && <VerdictLine verdict={unchecked(problem)} />}
        {checked.map((one) => (
          <Result key={one.name} checked={one} />
        ))}
      </div>
    </Page>
  );
}

/** The directory that the console was started for; it is checked at once. */
function FromHost({ keys, show }: { keys: string[]; show: (all: Checked[]) => void }) {
  const [problem, setProblem] = useState('');
  useEffect(() => {
    void (async () => {
      try {
        const names = (await (await fetch('/evidence/')).json()) as string[];
        const files: Record<string, Uint8Array<ArrayBuffer>> = {};
        for (const name of names) {
          const answer = await fetch(`/evidence/${name.split('/').map(encodeURIComponent).join('/')}`);
          files[name] = new Uint8Array(await answer.arrayBuffer());
        }
        show([await checkEvidence(session.value!.address, files, keys)]);
      } catch (error) {
        setProblem(messageOf(error));
      }
    })();
  }, []);
  return problem ? <VerdictLine verdict={unchecked(problem)} /> : null;
}

function Result({ checked }: { checked: Checked }) {
  const { receipt, checkpoint, evidence, search } = checked;
  const tree = receipt?.checkpoint ?? checkpoint;
  return (
    <section class="card checked">
      <h2>
        {plain(checked.name)} <span class="dim">· {checked.what}</span>
      </h2>
      <VerdictLine verdict={checked.verdict} />
      {receipt && <EntryFacts index={receipt.index} entry={receipt.entry} />}
      {tree && (
        <Facts
          rows={[
            ['Root', <code class="wrap">{hex(tree.root)}</code>],
            ['Root, base64', <code class="wrap">{toBase64(tree.root)}</code>],
            ['Signed by', <code class="wrap">{tree.signers.join(', ')}</code>],
          ]}
        />
      )}
      {evidence && evidence.unchecked.length > 0 && (
        <p class="dim">Not checked, because nothing signs them: {evidence.unchecked.map(plain).join(', ')}</p>
      )}
      {evidence && (
        <FoundList
          label="Entries of the evidence"
          rows={evidence.entries.map((one) => rowOf(one.index, one.entry, evidence.origin))}
        />
      )}
      {search && (
        <>
          <p>
            Asked: <code>{search.clauses.map(plain).join(' ')}</code>
          </p>
          <FoundList
            label="Found entries"
            rows={search.found.map((one) => ({ ...rowOf(one.index, one.entry, search.ledger), isMaybe: one.isMaybe }))}
          />
        </>
      )}
    </section>
  );
}

function EntryFacts({ index, entry: bytes }: { index: number; entry: Uint8Array<ArrayBuffer> }) {
  const entry = decodeEntry(bytes);
  return (
    <Facts
      rows={[
        ['Entry', count(index)],
        ['Received', <Time ms={microsToMs(entry.micros)} isFull />],
        ['Appender', <Visible text={entry.appender || '—'} />],
        ['Record', <Visible text={lineOf(entry)} />],
      ]}
    />
  );
}

function rowOf(index: number, bytes: Uint8Array<ArrayBuffer>, ledger: string): FoundRow {
  try {
    return {
      ledger,
      index,
      bytes,
      entry: decodeEntry(bytes),
      gone: '',
      verdict: verified('its proof leads to the signed tree'),
    };
  } catch (error) {
    return {
      ledger,
      index,
      bytes,
      entry: null,
      gone: messageOf(error),
      verdict: verified('its proof leads to the signed tree'),
    };
  }
}
