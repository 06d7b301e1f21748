// Gives the user a file: bytes or text that the page made, under a name without anything that a file system minds.
// Page thread.

export function save(name: string, content: BlobPart | BlobPart[], type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob(Array.isArray(content) ? content : [content], { type }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name.replaceAll(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '_');
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
