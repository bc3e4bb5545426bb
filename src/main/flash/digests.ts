import { createHash } from 'node:crypto';

/** SHA-256 of bytes, 64 lower-case hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** MD5 of bytes, 32 lower-case hexadecimal digits: what the chips' loaders compute of their flash. */
export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
