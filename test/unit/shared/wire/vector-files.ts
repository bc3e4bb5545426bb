import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * Reads test/vectors/*.json. The firmware reads the same files: a changed vector is a changed protocol.
 */

const directory = fileURLToPath(new URL('../../../vectors/', import.meta.url));

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One message of a device: its bytes in one of four notations, and what becomes of them. */
export type InboundVector = {
  readonly name: string;
  readonly topic: string;
  readonly payload?: Json;
  readonly payloadText?: string;
  readonly payloadHex?: string;
  readonly payloadBytes?: number;
  readonly expected?: Json;
  readonly malformed?: string;
  /** Codes of what the contract does not know in a payload that is taken all the same. */
  readonly violations?: readonly string[];
};

/** One message of the console: its exact text, or why it is refused. */
export type OutboundVector = {
  readonly name: string;
  readonly topic: string;
  readonly payload: Json;
  readonly text?: string;
  readonly sizeBytes?: number;
  readonly refused?: string;
};

type Head = { readonly direction?: string; readonly message?: string; readonly qos?: number };
export type InboundFile = Head & { readonly path: string; readonly vectors: readonly InboundVector[] };
export type OutboundFile = Head & {
  readonly topic: string;
  readonly maxBytes: number;
  readonly vectors: readonly OutboundVector[];
};

/** One file; its reader knows its type. */
export function readVectors(fileName: string): unknown {
  return JSON.parse(readFileSync(directory + fileName, 'utf8'));
}

/** Names of the files of one direction. */
export function vectorFiles(direction: 'device-to-console' | 'console-to-device'): string[] {
  return readdirSync(directory).filter((name) => (readVectors(name) as Head).direction === direction);
}

/** The bytes of an inbound vector. */
export function bytesOf({ payload, payloadText, payloadHex, payloadBytes }: InboundVector): Buffer {
  if (payloadHex !== undefined) return Buffer.from(payloadHex, 'hex');
  if (payloadText !== undefined) return Buffer.from(payloadText);
  if (payloadBytes === undefined) return Buffer.from(JSON.stringify(payload));
  const frame = JSON.stringify({ pad: '' });
  return Buffer.from(JSON.stringify({ pad: 'p'.repeat(payloadBytes - frame.length) }));
}
