/*
 * Byte budgets of the device contract, section 0.5: what a sender must keep to so that stock firmware does not silently drop the message.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const slotBytes = 16;

function visit(node: Json, strings: Set<string>): number {
  if (typeof node === 'string') strings.add(node);
  if (typeof node !== 'object' || node === null) return 0;
  if (Array.isArray(node)) return node.reduce<number>((sum, item: Json) => sum + slotBytes + visit(item, strings), 0);
  let bytes = 0;
  for (const [key, value] of Object.entries(node)) {
    strings.add(key);
    bytes += slotBytes + visit(value, strings);
  }
  return bytes;
}

/** Cost in the firmware's JSON pool: 16 bytes for each key or array slot, plus every distinct string with its end mark. */
export function poolBytes(payload: Buffer): number {
  const strings = new Set<string>();
  const slots = visit(JSON.parse(payload.toString('utf8')) as Json, strings);
  return [...strings].reduce((sum, text) => sum + Buffer.byteLength(text) + 1, slots);
}

/** Keys that are followed by white space before their colon: the firmware's text search does not find those. */
export function keysWithSpaceBeforeColon(payload: Buffer): readonly string[] {
  const tokens = payload.toString('utf8').matchAll(/("(?:[^"\\]|\\.)*")(\s*)(:?)/g);
  return [...tokens].filter(([, , space, colon]) => colon === ':' && space !== '').map(([, key]) => key ?? '');
}
