// Text that strangers wrote, as text: text nodes only, and what would not be seen, or would change how the rest is
// seen, has a visible sign. Control characters, ANSI sequences, marks of direction, characters without width.
// Page thread.
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

// Controls, formats (marks of direction, no width), halves of pairs, private and unassigned code points, and separators
// that are no plain blank: what a font may draw as nothing. Line feed and tab have their own ways.
const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|[\u115f\u1160\u2800\u3164\uffa0]/gu;

// The code in brackets that every font has; pictures of control characters are missing in many.
function sign(char: string): string {
  const code = char.codePointAt(0)!;
  return `\u27e8${code.toString(16).toUpperCase().padStart(2, '0')}\u27e9`;
}

/** One line of plain text without anything hidden; for titles, files and lists. */
export function plain(text: string): string {
  return text.replaceAll(hidden, sign).replaceAll('\n', '\u23ce').replaceAll('\t', ' ');
}

/** The text with its hidden characters as marked signs. */
export function Visible({ text }: { text: string }) {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const found of text.matchAll(hidden)) {
    if (found.index > at) parts.push(text.slice(at, found.index));
    const name = `U+${found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
    parts.push(
      <span class="sign" title={`hidden character ${name}`}>
        {sign(found[0])}
      </span>,
    );
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  // Whatever direction a text claims, it ends with the text.
  return (
    <bdi class="stranger" dir="ltr">
      {parts}
    </bdi>
  );
}

/** A text that may be long: its beginning, and a button for the rest. */
export function Long({ text, max = 2000 }: { text: string; max?: number }) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= max || isWhole) return <Visible text={text} />;
  return (
    <>
      <Visible text={text.slice(0, max)} />
      <button type="button" class="quiet" onClick={() => setWhole(true)}>
        … show all {text.length.toLocaleString()} characters
      </button>
    </>
  );
}
