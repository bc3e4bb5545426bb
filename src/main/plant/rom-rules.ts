/** Family code of a DS18B20. */
const DS18B20 = 0x28;

/** Address of the n-th 1-Wire sensor of a device, always the same: family, six bytes out of the device id, and the CRC-8 of these (1025). */
export function romOf(deviceId: string, index: number): string {
  const bytes = [DS18B20];
  let hash = 2_166_136_261 ^ index; // FNV-1a
  for (let position = 0; bytes.length < 7; position += 1) {
    hash = Math.imul(hash ^ (deviceId.codePointAt(position % deviceId.length) ?? 0), 16_777_619) >>> 0;
    if (position >= deviceId.length) bytes.push(hash >>> 24);
  }
  return [...bytes, crc8(bytes)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
}

/** CRC-8 of Dallas 1-Wire: polynomial x⁸+x⁵+x⁴+1, least significant bit first. */
export function crc8(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x8c : crc >>> 1;
  }
  return crc;
}
