import { seededRandom } from '../random';

/** Bytes that no compression makes shorter; the same for the same seed. */
export function randomBytes(count: number, seed: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Uint8Array.from({ length: count }, () => Math.floor(random() * 256)));
}
