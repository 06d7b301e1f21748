// The two times of a question: from, and before. In the viewer's zone, as the browser asks for times.
// Page thread.

export function Period({
  from,
  to,
  setFrom,
  setTo,
}: {
  from: string;
  to: string;
  setFrom: (time: string) => void;
  setTo: (time: string) => void;
}) {
  return (
    <>
      <label class="field">
        From
        <input type="datetime-local" step="1" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label class="field">
        Before
        <input type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
    </>
  );
}
