import { create } from 'zustand';
import { api } from '../../../connection/client';
import { uploadName, uploadProblem } from './image-rules';
import { uploadImage } from './image-upload';

/** The one upload of this page; it goes on while the operator looks at something else. */
export type UploadState =
  | { readonly state: 'none' }
  | {
      readonly state: 'refused';
      readonly name: string;
      readonly problem: 'empty' | 'tooBig';
      readonly sizeBytes: number;
    }
  | { readonly state: 'sending'; readonly name: string; readonly sentBytes: number; readonly totalBytes: number }
  | { readonly state: 'done'; readonly name: string }
  | { readonly state: 'failed'; readonly name: string; readonly error: unknown };

export const useUpload = create<UploadState>(() => ({ state: 'none' }));

let running: AbortController | null = null;

const show = (state: UploadState) => useUpload.setState(state, true);

/** Sends a file to the console as an image. A file that is too big is refused before a byte is sent. */
export async function beginUpload(file: File): Promise<void> {
  if (running) return;
  const name = uploadName(file.name);
  const totalBytes = file.size;
  const problem = uploadProblem(totalBytes);
  if (problem !== null) return show({ state: 'refused', name, problem, sizeBytes: totalBytes });
  const run = new AbortController();
  running = run;
  show({ state: 'sending', name, sentBytes: 0, totalBytes });
  try {
    const image = await uploadImage(name, file, {
      send: (piece, signal) => api.flash.addImage(piece, { signal }),
      onProgress: (sentBytes) => show({ state: 'sending', name, sentBytes, totalBytes }),
      signal: run.signal,
    });
    show({ state: 'done', name: image.name });
  } catch (error) {
    show(run.signal.aborted ? { state: 'none' } : { state: 'failed', name, error });
  } finally {
    running = null;
  }
}

/** Ends the upload; the console forgets its pieces. */
export function cancelUpload(): void {
  running?.abort();
}
