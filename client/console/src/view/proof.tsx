// The proof as a drawing: the way from the entry's hash, by its siblings, to the root, and the signature over the root.
// The browser computes every hash of the way itself; what came from the server is marked. The same as a list below, for
// those who do not see the drawing.
// Page thread.
import { equal, hex } from '../verify/bytes';
import type { VerifiedCheckpoint } from '../verify/checkpoint';
import { leafHash, nodeHash } from '../verify/tree';
import { Sign } from './badge';
import { count, shortHash } from './format';

export interface Step {
  hash: Uint8Array;
  sibling: Uint8Array | null;
  isSiblingLeft: boolean;
}

/** Every hash from the leaf up; each step has the sibling that it is hashed with. */
export function stepsOf(index: number, size: number, leaf: Uint8Array, path: Uint8Array[]): Step[] {
  const steps: Step[] = [];
  let [at, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    const isLeft = at % 2 === 1 || at === last;
    steps.push({ hash, sibling, isSiblingLeft: isLeft });
    hash = isLeft ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    while (isLeft && at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  steps.push({ hash, sibling: null, isSiblingLeft: false });
  return steps;
}

const rowHeight = 46;
const width = 380;
const box = { width: 122, height: 26 };

interface ProofProps {
  index: number;
  entry: Uint8Array;
  hashes: Uint8Array[];
  checkpoint: VerifiedCheckpoint;
}

export function ProofDrawing({ index, entry, hashes, checkpoint }: ProofProps) {
  const steps = stepsOf(index, checkpoint.size, leafHash(entry), hashes);
  const isGood = equal(steps.at(-1)!.hash, checkpoint.root);
  const height = steps.length * rowHeight + 26;
  const y = (level: number): number => height - 30 - level * rowHeight;
  return (
    <figure class="drawing">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`The way of entry ${index} to the signed root, ${hashes.length} steps`}
      >
        {steps.slice(0, -1).map((step, level) => (
          <Lines key={level} step={step} from={y(level)} to={y(level + 1)} />
        ))}
        {steps.map((step, level) => (
          <g key={level}>
            <Box x={width / 2} y={y(level)} hash={step.hash} kind={level === steps.length - 1 ? 'root' : 'path'} />
            {step.sibling && <Box x={siblingX(step)} y={y(level)} hash={step.sibling} kind="sibling" />}
          </g>
        ))}
      </svg>
      <figcaption>
        <span class={`badge ${isGood ? 'verified' : 'failed'}`}>
          <Sign word={isGood ? 'verified' : 'failed'} />
          {isGood ? 'leads to the signed root' : 'does not lead to the signed root'}
        </span>
        <span class="dim">
          Filled: computed here from the entry. Outlined: siblings that the server sent. The root over{' '}
          {count(checkpoint.size)} entries is signed by{' '}
          {checkpoint.signers.map((key) => key.split('+').slice(0, 2).join('+')).join(', ')}.
        </span>
        <details>
          <summary>Hashes</summary>
          <ol class="hashes">
            {steps.map((step, level) => (
              <li key={level}>
                <code>{hex(step.hash)}</code>
                {step.sibling && (
                  <span class="dim">
                    {' '}
                    with {step.isSiblingLeft ? 'left' : 'right'} <code>{hex(step.sibling)}</code>
                  </span>
                )}
              </li>
            ))}
          </ol>
        </details>
      </figcaption>
    </figure>
  );
}

const siblingX = (step: Step): number => (step.isSiblingLeft ? box.width / 2 + 2 : width - box.width / 2 - 2);

function Lines({ step, from, to }: { step: Step; from: number; to: number }) {
  const end = to + box.height / 2;
  return (
    <g class="drawing-lines">
      <path d={`M${width / 2} ${from - box.height / 2}V${end}`} class="drawing-path" />
      <path d={`M${siblingX(step)} ${from - box.height / 2}Q${siblingX(step)} ${end + 4} ${width / 2} ${end}`} />
    </g>
  );
}

function Box({ x, y, hash, kind }: { x: number; y: number; hash: Uint8Array; kind: string }) {
  return (
    <g class={`drawing-${kind}-box`}>
      <rect x={x - box.width / 2} y={y - box.height / 2} width={box.width} height={box.height} rx="6" />
      <text x={x} y={y + 4} text-anchor="middle">
        {shortHash(hex(hash))}
      </text>
    </g>
  );
}
