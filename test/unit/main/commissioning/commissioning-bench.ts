import { onTestFinished } from 'vitest';
import { BenchLine } from '../../../../src/main/commissioning/bench-line';
import { CertificateStore } from '../../../../src/main/commissioning/certificate-store';
import { IssuedCertificates } from '../../../../src/main/commissioning/certificates';
import { SetupService, type SetupParts } from '../../../../src/main/commissioning/setup-service';
import { Journal } from '../../../../src/main/journal/journal';
import { JournalStore } from '../../../../src/main/journal/journal-store';
import { SettingsStore } from '../../../../src/main/store/settings-store';
import type { BenchTemplate, SetupInput } from '../../../../src/shared/api/commissioning';
import { flashOptionsSchema } from '../../../../src/shared/api/flash';
import type { ProvisioningSettings } from '../../../../src/shared/api/provisioning';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { FakeFlashing } from '../../../fakes/fake-flashing';
import { FakePorts } from '../../../fakes/fake-ports';
import { FakeProvisioning } from '../../../fakes/fake-provisioning';
import { FakeReplacement } from '../../../fakes/fake-replacement';
import { ManualClock } from '../../../fakes/manual-clock';
import { memoryLog, openStore, profileDirectory } from '../store/open-store';

export const OPERATOR = 'user:operator';
export const PORT = '/dev/ttyUSB0';
export const DEAD = 'ESP_DEAD' as DeviceId;
export const NEW = 'ESP_010203' as DeviceId;
export const TENT = 'tent' as ZoneId;
export const CELLAR = 'cellar' as ZoneId;
export const PASSWORD = 'correct horse';

export const SETTINGS: ProvisioningSettings = {
  wifi: { ssid: 'plant', password: PASSWORD },
  broker: { host: '10.0.0.2', port: 1883, tls: false, useOwnAccount: true },
  approve: true,
};

/** Flash and provision over the cable. */
export const INPUT: SetupInput = {
  port: PORT,
  imageId: 'auto',
  options: flashOptionsSchema.parse({}),
  settings: SETTINGS,
  method: 'serial',
};

export const TEMPLATE: BenchTemplate = {
  imageId: 'auto',
  options: INPUT.options,
  method: 'serial',
  settings: { wifi: SETTINGS.wifi, broker: SETTINGS.broker, zoneId: TENT, approve: true },
  naming: 'Node {n:3}',
  nextNumber: 7,
};

type Known = NonNullable<ReturnType<SetupParts['devices']['get']>>;

/** Lets everything run that waits for nothing but its turn. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
};

/** The room around a real store and fakes of the others. `restart()` opens it once more on the same profile. */
export function openCommissioning({
  directory = profileDirectory(),
  clock = new ManualClock(),
  present = [] as readonly string[],
} = {}) {
  const { store } = openStore({ directory, clock });
  const { log, lines } = memoryLog();
  const calls: string[] = [];
  const flashing = new FakeFlashing(() => clock.iso, calls);
  const provisioning = new FakeProvisioning(() => clock.iso, calls);
  const replacement = new FakeReplacement(calls);
  const ports = new FakePorts();
  const journal = new Journal(new JournalStore(store.plant), store.batch, clock, () => undefined);
  const known = new Map<DeviceId, Known>([[DEAD, { name: 'Tent sensor', zone: { desired: TENT, confirmed: TENT }, replacedBy: null }]]); // prettier-ignore
  const devices = { get: (id: DeviceId) => known.get(id) };
  for (const name of present) known.set(name as DeviceId, { name, zone: { desired: null, confirmed: null }, replacedBy: null }); // prettier-ignore
  const names = new Map([
    [TENT, 'Tent'],
    [CELLAR, 'Cellar'],
  ]);
  const zones = {
    get: (id: ZoneId) => {
      const name = names.get(id);
      return name === undefined ? undefined : { name };
    },
  };
  const { batch } = store;
  let changes = 0;
  const onChange = () => void (changes += 1);
  const certificateStore = new CertificateStore(store.plant);
  const certificates = new IssuedCertificates({ store: certificateStore, batch, journal, clock, devices, zones });
  const stopTokens = new Map<DeviceId, string>();
  const shared = { clock, log, journal, onChange, ports, zones };
  const setups = new SetupService({
    ...shared,
    flashing,
    provisioning,
    replacement,
    stopTokenOf: (id) => stopTokens.get(id),
    devices,
    certificates,
  });
  const settings = new SettingsStore(store.plant);
  const named = { isNamed: (name: string) => [...known.values()].some((device) => device.name === name) };
  const bench = new BenchLine({ ...shared, devices: named, setups, settings, batch });
  bench.open();
  onTestFinished(() => bench.close());
  const kinds = () => journal.recent().map(({ kind }) => kind);
  /** `arrived`: names of devices that have come into the plant. */
  const restart = (arrived: readonly string[] = []) => {
    bench.close();
    store.close();
    return openCommissioning({ directory, clock, present: arrived });
  };
  return { store, clock, lines, calls, flashing, provisioning, replacement, ports, journal, kinds, known, names, certificateStore, certificates, setups, stopTokens, settings, bench, changes: () => changes, restart }; // prettier-ignore
}

export const PARTITION: SetupInput = { ...INPUT, method: 'partition' };
export const FLASH_ONLY: SetupInput = { ...INPUT, settings: null };
export const SERIAL_ONLY: SetupInput = { ...INPUT, imageId: null };
export const REPLACE: SetupInput = { ...INPUT, replaces: DEAD };

/** The room with a board on `PORT`, and short ways to begin a setup, to look at it, and to be refused. */
export function openSetups() {
  const opened = openCommissioning();
  opened.ports.plug(PORT);
  const { setups } = opened;
  const begin = async (input: SetupInput = INPUT) => {
    const started = await setups.start(input, OPERATOR);
    if (!started.ok) throw new Error(started.error.message);
    return started.value.id;
  };
  const view = (id: string) => {
    const found = setups.get(id);
    if (!found.ok) throw new Error(found.error.message);
    return found.value;
  };
  const refusal = async (input: SetupInput) => {
    const started = await setups.start(input, OPERATOR);
    return started.ok ? null : started.error;
  };
  return { ...opened, begin, view, refusal };
}
