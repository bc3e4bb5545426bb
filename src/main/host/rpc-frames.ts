import { z } from 'zod';

/** What oRPC's peers send to a server (`@orpc/standard-server-peer`): a request, an event of a client's stream, or an abort. */
const frameSchema = z.union([
  z.object({ i: z.string().max(64), t: z.undefined().optional(), p: z.object({ u: z.string().max(4096) }) }),
  z.object({ i: z.string().max(64), t: z.union([z.literal(3), z.literal(4)]) }),
]);

/**
 * True for a frame that the handler can take. It is looked at before the handler sees it, since the handler answers a malformed one with
 * an unhandled rejection or a line on the console.
 */
export function isRpcFrame(data: unknown): data is string {
  if (typeof data !== 'string') return false;
  try {
    return frameSchema.safeParse(JSON.parse(data)).success && hasUsableAddress(data);
  } catch {
    return false;
  }
}

function hasUsableAddress(data: string): boolean {
  const { p } = JSON.parse(data) as { readonly p?: { readonly u?: string } };
  return p?.u === undefined || p.u.startsWith('/') || URL.canParse(p.u);
}
