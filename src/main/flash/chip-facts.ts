/*
 * What a chip says about itself once its loader answers: name, revision, MAC, flash size, security. Register facts are esptool's (its targets);
 * esptool-js reads most of them, but gives only a part of the revision for some chips. Used by loader-session.ts.
 */
import type { ESPLoader, SecurityInfo } from 'esptool-js';
import type { ChipFacts, ChipSecurity } from '../../shared/api/flash';
import { chipByName } from '../../shared/domain/chips';
import { deviceIdSchema } from '../../shared/domain/ids';

/** `facts` and what cannot be shown by them: an ESP32 has no security information, but its fuses can be read. */
export type ConnectedChip = {
  readonly facts: ChipFacts;
  /** Major × 100 + minor. */
  readonly revision: number;
  readonly isFlashEncrypted: boolean;
  /** It starts only what is signed with its own key. */
  readonly hasSecureBoot: boolean;
};

type Versioned = {
  readonly getMajorChipVersion?: (loader: ESPLoader) => Promise<number>;
  readonly getMinorChipVersion?: (loader: ESPLoader) => Promise<number>;
};

const ESP32_EFUSE_WORD0 = 0x3ff5_a000;
const ESP32_EFUSE_WORD5 = ESP32_EFUSE_WORD0 + 20;
const ESP32_EFUSE_WORD6 = ESP32_EFUSE_WORD0 + 24;
const ABS_DONE_0 = 1 << 4;
const ABS_DONE_1 = 1 << 5;
/** Block 1, word 3: minor in bits 18–21, major in bits 22–23. */
const C6_EFUSE_VERSION = 0x600b_0844 + 12;
/** Block 2, word 1: minor in bits 16–19, major in bits 20–21. */
const C2_EFUSE_VERSION = 0x6000_8840 + 4;
/** No chip has flash of all zeros or all ones as its id: nothing answered. */
const noFlashIds: ReadonlySet<number> = new Set([0, 0xff_ffff]);

/** Chips whose ROM does not know GET_SECURITY_INFO. */
const withoutSecurityInfo: ReadonlySet<string> = new Set(['ESP32', 'ESP8266']);

/** Null: the chip cannot say. */
export async function readSecurity(loader: ESPLoader): Promise<SecurityInfo | null> {
  return withoutSecurityInfo.has(loader.chip.CHIP_NAME) ? null : await loader.getSecurityInfo();
}

/** Reads everything that a technician wants to see; the stub runs already. */
export async function readChip(loader: ESPLoader, security: SecurityInfo | null): Promise<ConnectedChip> {
  const chip = loader.chip.CHIP_NAME;
  const { major, minor } = await readRevision(loader);
  const mac = (await loader.chip.readMac(loader)).toLowerCase();
  const isFlashEncrypted = security ? isOdd(security.flashCryptCnt) : await isEsp32Encrypted(loader);
  const hasSecureBoot = security ? security.parsedFlags.SECURE_BOOT_EN : await hasEsp32SecureBoot(loader, major);
  return {
    facts: {
      chip,
      chipId: chipByName(chip),
      revision: `v${major}.${minor}`,
      mac,
      flashSizeBytes: await readFlashSize(loader),
      security: security && securityOf(security),
      deviceId: deviceIdSchema.parse(`ESP_${mac.replaceAll(':', '').slice(6).toUpperCase()}`), // firmware core, node/boot.rs
    },
    revision: major * 100 + minor,
    isFlashEncrypted,
    hasSecureBoot,
  };
}

async function readRevision(loader: ESPLoader): Promise<{ major: number; minor: number }> {
  const chip: ESPLoader['chip'] & Versioned = loader.chip;
  if (chip.getMajorChipVersion && chip.getMinorChipVersion)
    return { major: await chip.getMajorChipVersion(loader), minor: await chip.getMinorChipVersion(loader) };
  switch (chip.CHIP_NAME) {
    case 'ESP32':
      return {
        major: (await chip.getChipRevision?.(loader)) ?? 0,
        minor: ((await loader.readReg(ESP32_EFUSE_WORD5)) >>> 24) & 0x3,
      };
    case 'ESP32-C6': {
      const word = await loader.readReg(C6_EFUSE_VERSION);
      return { major: (word >>> 22) & 0x3, minor: (word >>> 18) & 0xf };
    }
    case 'ESP32-C2': {
      const word = await loader.readReg(C2_EFUSE_VERSION);
      return { major: (word >>> 20) & 0x3, minor: (word >>> 16) & 0xf };
    }
    default:
      return { major: 0, minor: 0 }; // ESP8266: no revisions
  }
}

async function readFlashSize(loader: ESPLoader): Promise<number | null> {
  const id = (await loader.readFlashId()) & 0xff_ffff;
  if (noFlashIds.has(id)) return null;
  const size = loader.DETECTED_FLASH_SIZES[id >>> 16];
  if (size === undefined) return null;
  return Number.parseInt(size, 10) * (size.endsWith('MB') ? 1024 * 1024 : 1024);
}

/** FLASH_CRYPT_CNT, seven bits: encrypted when an odd number of them is burnt. */
async function isEsp32Encrypted(loader: ESPLoader): Promise<boolean> {
  if (loader.chip.CHIP_NAME !== 'ESP32') return false;
  return isOdd(((await loader.readReg(ESP32_EFUSE_WORD0)) >>> 20) & 0x7f);
}

/** ABS_DONE_0: secure boot of the first version; ABS_DONE_1: of the second, from revision 3 on (esptool, `get_secure_boot_enabled`). */
async function hasEsp32SecureBoot(loader: ESPLoader, major: number): Promise<boolean> {
  if (loader.chip.CHIP_NAME !== 'ESP32') return false;
  const fuses = await loader.readReg(ESP32_EFUSE_WORD6);
  return (fuses & ABS_DONE_0) !== 0 || (major >= 3 && (fuses & ABS_DONE_1) !== 0);
}

function isOdd(bits: number): boolean {
  let ones = 0;
  for (let rest = bits; rest > 0; rest >>>= 1) ones += rest & 1;
  return ones % 2 === 1;
}

function securityOf({ parsedFlags: flags, flashCryptCnt }: SecurityInfo): ChipSecurity {
  return {
    secureBoot: flags.SECURE_BOOT_EN,
    flashEncryption: isOdd(flashCryptCnt),
    secureDownload: flags.SECURE_DOWNLOAD_ENABLE,
    debugDisabled: flags.SOFT_DIS_JTAG || flags.HARD_DIS_JTAG || flags.DIS_USB,
  };
}
