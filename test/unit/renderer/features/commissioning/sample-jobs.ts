import type { SetupJob } from '../../../../../src/shared/api/commissioning';
import type { FlashJob, Inspection, SerialPortView } from '../../../../../src/shared/api/flash';
import {
  provisioningSteps,
  type ProvisioningJob,
  type ProvisioningStep,
} from '../../../../../src/shared/api/provisioning';
import { deviceIdSchema } from '../../../../../src/shared/domain/ids';

const at = '2026-11-21T14:00:00.000Z';
export const sampleDeviceId = deviceIdSchema.parse('ESP_010203');

export function samplePort(change: Partial<SerialPortView> = {}): SerialPortView {
  return {
    path: '/dev/ttyUSB0',
    name: 'CP2102',
    isNativeUsb: false,
    source: 'system',
    isPresent: true,
    use: 'free',
    since: at,
    ...change,
  };
}

/** A flash job in the middle of writing one part of 1 MB. */
export function sampleFlashJob(change: Partial<FlashJob> = {}): FlashJob {
  return {
    id: 'f1',
    kind: 'write',
    port: '/dev/ttyUSB0',
    imageId: 'bundled:esp32c3',
    imageName: 'Leitstand node, ESP32-C3',
    imageSha256: 'a'.repeat(64),
    state: 'writing',
    hint: null,
    bytesWritten: 400_000,
    bytesTotal: 1_000_000,
    bytesPerSecond: 80_000,
    remainingS: 8,
    baud: 921_600,
    chip: 'ESP32-C3',
    mac: '84:f7:03:01:02:03',
    facts: null,
    parts: [],
    previousFirmware: null,
    firmware: null,
    bootLog: [],
    notes: [],
    file: null,
    by: 'operator',
    startedAt: at,
    ...change,
  };
}

/** A provisioning job: steps before `running` are done, those after it wait. Null: all are done. */
export function sampleProvisioning(
  running: ProvisioningStep | null,
  change: Partial<ProvisioningJob> = {},
): ProvisioningJob {
  const index = running === null ? provisioningSteps.length : provisioningSteps.indexOf(running);
  return {
    id: 'p1',
    port: '/dev/ttyUSB0',
    state: running === null ? 'done' : 'running',
    steps: provisioningSteps.map((id, place) => ({
      id,
      state: place < index ? 'done' : place === index ? 'running' : 'waiting',
    })),
    firmware: null,
    deviceId: sampleDeviceId,
    by: 'operator',
    startedAt: at,
    ...change,
  };
}

export function sampleSetup(change: Partial<SetupJob> = {}): SetupJob {
  return {
    id: 's1',
    port: '/dev/ttyUSB0',
    isBench: false,
    isFlashOnly: false,
    state: 'flashing',
    flash: sampleFlashJob(),
    provisioning: null,
    replaces: null,
    name: 'Bed 3',
    zoneId: null,
    deviceId: null,
    certificateId: null,
    by: 'operator',
    startedAt: at,
    ...change,
  };
}

/** A blank ESP32-C3 with half of the image to write. */
export function sampleInspection(change: Partial<Inspection> = {}): Inspection {
  return {
    chip: 'ESP32-C3',
    chipId: 'esp32c3',
    revision: 'v0.4',
    mac: '84:f7:03:01:02:03',
    flashSizeBytes: 4 * 1024 * 1024,
    security: null,
    deviceId: sampleDeviceId,
    firmware: null,
    imageId: 'bundled:esp32c3',
    parts: [{ name: 'application', address: 0x10000, sizeBytes: 800_000, isSame: false, changedBytes: 400_000 }],
    refusal: null,
    ...change,
  };
}
