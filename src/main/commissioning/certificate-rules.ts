import type { Certificate, SetupJob } from '../../shared/api/commissioning';
import type { FlashPart } from '../../shared/api/flash';
import { secretParts } from '../flash/flash-journal';

/** Has this setup changed a chip, or proved what is on it? Then it is certified, passed or not. */
export function isCertifiable({ flash }: SetupJob): boolean {
  return flash !== null && flash.mac !== null && flash.parts.some((part) => part.verified || part.writtenBytes > 0);
}

/** The certificate of a certifiable setup that has ended. Only parts that were read back are in it. */
export function certificateOf(
  setup: SetupJob,
  { id, at, durationS }: Pick<Certificate, 'id' | 'at' | 'durationS'>,
): Certificate {
  const { flash, error } = setup;
  return {
    id,
    at,
    operator: setup.by,
    port: setup.port,
    chip: flash?.chip ?? '',
    mac: flash?.mac ?? '',
    flashSizeBytes: flash?.facts?.flashSizeBytes ?? null,
    imageName: flash?.imageName ?? '',
    imageSha256: flash?.imageSha256 ?? null,
    firmware: flash?.firmware ? `${flash.firmware.name} ${flash.firmware.version}` : '',
    parts: (flash?.parts ?? []).filter(({ verified }) => verified).map(certifiedPart),
    deviceId: setup.deviceId,
    name: setup.name ?? '',
    zoneId: setup.zoneId,
    replaces: setup.replaces,
    result: setup.state === 'done' ? 'passed' : 'failed',
    error: error?.message ?? null,
    durationS: Math.round(durationS * 10) / 10,
  };
}

function certifiedPart({ name, address, size, md5, skipped }: FlashPart): Certificate['parts'][number] {
  return {
    name,
    address,
    sizeBytes: size,
    md5: secretParts.has(name) ? '' : md5,
    result: skipped ? 'already there' : 'written',
  };
}
