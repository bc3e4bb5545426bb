/** As many bytes as the firmware keeps of a name (firmware/core/src/serial/request.rs, MAX_NAME_BYTES). */
const MAX_NAME_BYTES = 64;

/** What a device is told of its name: as much as fits, in whole characters, without control characters. */
export function nameForDevice(name: string): string {
  let fitting = '';
  let size = 0;
  for (const character of name.replace(/\p{Cc}+/gu, ' ')) {
    size += Buffer.byteLength(character);
    if (size > MAX_NAME_BYTES) break;
    fitting += character;
  }
  return fitting.trim();
}
