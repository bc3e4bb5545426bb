import { describe, expect, it } from 'vitest';
import { afterBytes, emptyBootLog, type BootVerdict } from '../../../../src/main/flash/boot-log-rules';

const heard = (...texts: readonly string[]) =>
  texts.reduce((log, text) => afterBytes(log, Buffer.from(text, 'latin1')), emptyBootLog);

const rom = 'ESP-ROM:esp32c3-api1-20210207\r\nrst:0x1 (POWERON),boot:0xd (SPI_FAST_FLASH_BOOT)\r\n';
const bootloader =
  'I (24) boot: ESP-IDF v5.5 2nd stage bootloader\r\nI (31) boot.esp32c3: SPI Speed : 40MHz\r\nI (60) esp_image: segment 0\r\n';

const cases: readonly (readonly [string, string, BootVerdict])[] = [
  ['nothing', '', 'waiting'],
  ['the ROM alone', rom, 'waiting'],
  ['the bootloader alone, which writes as an application does', rom + bootloader, 'waiting'],
  ['our firmware', `${rom}${bootloader}I (312) ESP_010203 0.1.0 on C3, boot 1\n`, 'started'],
  ['an ESP-IDF application', `${rom}${bootloader}I (263) main_task: Calling app_main()\r\n`, 'started'],
  ['an application in colours', `${rom}\u001B[0;32mI (263) wifi: up\u001B[0m\r\n`, 'started'],
  ['an Improv packet', `${rom}IMPROV\u0001\u0001\u0001\u0002\u00e2\n`, 'started'],
  ['a board whose BOOT key is held', `${rom}waiting for download\r\n`, 'download'],
  ['a blank flash', `${rom}invalid header: 0xffffffff\r\n`, 'no_application'],
  ['a bootloader without an application', `${rom}E (90) boot: No bootable app partitions in the partition table\r\n`, 'no_application'],
  ['two resets, as by a weak supply', rom + rom, 'waiting'],
  ['three resets', rom + rom + rom, 'boot_loop'],
  ['resets of an application that falls over', `${rom}I (300) app: up\r\nGuru Meditation Error\r\n${rom}${rom}`, 'boot_loop'],
]; // prettier-ignore

describe('a boot log', () => {
  it.each(cases)('with %s means what it should', (_name, text, verdict) => {
    expect(heard(text).verdict).toBe(verdict);
  });

  it('is the same however its bytes are cut', () => {
    const text = `${rom}${bootloader}I (312) node up\n`;
    expect(heard(...text.split(''))).toEqual(heard(text));
  });

  it('keeps lines without control characters, and not more than it has room for', () => {
    const log = heard('\u0007a\u001B[1m\r\n', 'x'.repeat(500), '\n', 'y\n'.repeat(200));
    expect(log.lines[0]).toBe('·a·[1m');
    expect(log.lines[1]).toHaveLength(200);
    expect(log.lines).toHaveLength(100);
  });
});
