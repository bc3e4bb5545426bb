/** How long the browser may take to read what it was given, ms; after that the memory is free again. */
const READ_MS = 60_000;

/** Hands a text to the browser as a file to be saved. */
export function saveFile(fileName: string, mediaType: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_MS);
}
