import { randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Crockford's base 32: no I, L, O, U, so that a password can be read from a label and typed at a bench. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 28 characters of 5 bits = 140 bits, in groups of seven. */
const GROUPS = 4;
const GROUP_LENGTH = 7;

/** Bytes of a stored hash and of its salt. */
export const HASH_BYTES = 32;
export const SALT_BYTES = 16;

/**
 * scrypt parameters: cost 2^14, block 8, parallelism 1, Node's defaults: 16 MiB and about 40 ms on a laptop core. The passwords are random
 * (140 bits), so guessing is hopeless anyway; the cost only keeps a copied database from being tried at speed. More would make a plant of
 * 200 devices wait after a restart.
 */
const COST = { N: 16_384, r: 8, p: 1 } as const;

const scryptAsync = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt);

/** A new random password, 140 bits, for example `7K3M9QX-…`. */
export function newPassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** scrypt hash of a password, computed off the main thread. */
export function hashPassword(password: string, salt: Buffer): Promise<Buffer> {
  return scryptAsync(password, salt, HASH_BYTES, COST);
}

/** Compares two digests without telling by the time where they differ. */
export function isSameDigest(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
