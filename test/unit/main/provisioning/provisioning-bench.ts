/*
 * A console around ProvisioningService, in memory: one board on one port, accounts, registry, zones, tokens and a journal that a test can look
 * at. The clock is moved by `settle`, so that a job runs in no time.
 */
import { expect, onTestFinished } from 'vitest';
import { DeviceLease, ImprovDevice } from '../../../fakes/improv-device';
import { ManualClock } from '../../../fakes/manual-clock';
import type { JournalInput } from '../../../../src/main/journal/journal';
import type { Reached } from '../../../../src/main/provisioning/broker-reach';
import type { BrokerFacts, MachineAddress } from '../../../../src/main/provisioning/proposal-rules';
import type {
  DeviceAccounts,
  HeardDevice,
  ProvisioningParts,
} from '../../../../src/main/provisioning/provisioning-parts';
import { ProvisioningService } from '../../../../src/main/provisioning/provisioning-service';
import type { DeviceSettings } from '../../../../src/main/provisioning/settings-image';
import {
  provisioningSettingsSchema,
  type ProvisioningJob,
  type ProvisioningSettings,
} from '../../../../src/shared/api/provisioning';
import { deviceIdSchema, zoneIdSchema, type DeviceId } from '../../../../src/shared/domain/ids';
import { jobFailure, jobSuccess, type JobResult } from '../../../../src/shared/domain/job-errors';
import { failure, success, type Failure, type Result } from '../../../../src/shared/domain/result';
import { memoryLog } from '../store/open-store';

export const PORT = '/dev/ttyUSB0';
export const deviceId = deviceIdSchema.parse('ESP_0A1B2C');
export const zoneId = zoneIdSchema.parse('tent_1');
const STEP_MS = 50;
/** Longer than any job takes in simulated time. */
const LONGEST_MS = 400_000;

/** What a technician enters; a test changes what it is about. */
export function settingsWith(change: Record<string, unknown> = {}): ProvisioningSettings {
  return provisioningSettingsSchema.parse({
    wifi: { ssid: 'tent', password: 'tomatoes' },
    broker: { host: '10.0.4.2', port: 1883 },
    name: 'Tent 1 air',
    zoneId,
    ...change,
  });
}

type Known = { -readonly [key in keyof HeardDevice]: HeardDevice[key] };

/** Accounts by user name, with their password as it is. */
class MemoryAccounts implements DeviceAccounts {
  readonly rows = new Map<string, string>();
  readonly connected = new Set<string>();
  /** Devices whose login stays, whatever happens. */
  readonly kept: string[] = [];
  failure: Failure | null = null;
  undoFailure: Error | null = null;
  /** Resolves before the account is made. */
  ready: Promise<void> = Promise.resolve();
  private count = 0;

  readonly issue: DeviceAccounts['issue'] = async (id) => {
    await this.ready;
    if (this.failure) return { ok: false, error: this.failure };
    const earlier = this.rows.get(id);
    this.count += 1;
    const password = `PASSWORD-${this.count}`;
    this.rows.set(id, password);
    return success({ login: { username: id, password }, undo: async () => this.undo(id, password, earlier) });
  };

  readonly keep = (id: string): void => {
    this.kept.push(id);
  };

  readonly isConnected = (username: string): boolean => this.connected.has(username);

  private undo(id: string, password: string, earlier: string | undefined): void {
    if (this.undoFailure) throw this.undoFailure;
    if (this.rows.get(id) !== password) return;
    if (earlier === undefined) this.rows.delete(id);
    else this.rows.set(id, earlier);
  }
}

export class ProvisioningBench {
  readonly clock = new ManualClock();
  readonly device = new ImprovDevice(this.clock);
  readonly accounts = new MemoryAccounts();
  readonly registry = new Map<string, Known>();
  readonly tokens = new Map<string, string>();
  readonly journal: JournalInput[] = [];
  readonly leases: DeviceLease[] = [];
  readonly log = memoryLog();
  broker: BrokerFacts = { kind: 'own', listensAt: '0.0.0.0', port: 1883 };
  addresses: MachineAddress[] = [{ interfaceName: 'eth0', address: '10.0.4.2', family: 4, isInternal: false }];
  lookUp: () => Promise<Reached> = async () => ({ ok: true, address: '10.0.4.2' });
  connect: () => Promise<Reached> = async () => ({ ok: true, address: '10.0.4.2' });
  /** Does the console hear a device that has logged in? */
  isHearing = true;
  approval: Result<null> = success(null);
  readonly approvals: DeviceId[] = [];
  zoneAnswer: 'confirmed' | 'failed' | 'nothing' = 'confirmed';
  tokenStorage: Result<null> = success(null);
  image: Result<Uint8Array> = success(Uint8Array.of(1, 2, 3));
  readonly images: DeviceSettings[] = [];
  private readonly operations = new Map<string, { state: 'pending' | 'confirmed' | 'failed'; reason?: string }>();
  readonly service: ProvisioningService;

  constructor({ isOwnBroker = true } = {}) {
    this.device.onLogin = ({ user, password }) => this.loggedIn(user, password);
    this.service = new ProvisioningService(this.parts(isOwnBroker));
    onTestFinished(() => this.service.stop());
  }

  start(change: Record<string, unknown> = {}): ProvisioningJob {
    const started = this.service.start(PORT, settingsWith(change), 'user:anna');
    if (!started.ok) throw new Error(started.error.message);
    return started.value;
  }

  /** Runs a job to its end. */
  async run(change: Record<string, unknown> = {}): Promise<ProvisioningJob> {
    return this.settle(this.service.whenEnded(this.start(change).id));
  }

  /** Lets time pass until the promise has settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    const watch = { isOver: false };
    const over = promise.finally(() => {
      watch.isOver = true;
    });
    for (let passedMs = 0; passedMs < LONGEST_MS; passedMs += STEP_MS) {
      await turn();
      if (watch.isOver) return over;
      this.clock.advance(STEP_MS);
    }
    throw new Error('The job does not end.');
  }

  /** Lets time pass until the step of the job is under way. */
  async reach(jobId: string, step: string): Promise<void> {
    for (let passedMs = 0; passedMs < LONGEST_MS; passedMs += STEP_MS) {
      await turn();
      const job = this.service.job(jobId);
      if (job.ok && job.value.steps.some(({ id, state }) => id === step && state === 'running')) return;
      this.clock.advance(STEP_MS);
    }
    throw new Error(`The job does not come to ${step}.`);
  }

  /** The console hears the device, as it does after a login. */
  hear(id: string, change: Partial<Known> = {}): void {
    const known = this.registry.get(id) ?? { name: id, approval: 'pending' as const };
    this.registry.set(id, { ...known, presence: { state: 'online' }, lastSeenMs: this.clock.now(), ...change });
  }

  private loggedIn(user: string, password: string): boolean {
    const isRight = user === '' || !this.accounts.rows.has(user) || this.accounts.rows.get(user) === password;
    if (isRight && user !== '') this.accounts.connected.add(user);
    if (isRight && this.isHearing) this.hear(this.device.id);
    return isRight;
  }

  private parts(isOwnBroker: boolean): ProvisioningParts {
    return {
      ports: { lease: (path) => this.lease(path) },
      accounts: isOwnBroker ? this.accounts : null,
      broker: () => this.broker,
      machine: () => this.addresses,
      reach: { lookUp: () => this.lookUp(), connect: () => this.connect() },
      devices: { get: (id) => this.registry.get(id), approve: (id, name) => this.approve(id, name) },
      zones: {
        has: (id) => id === zoneId,
        assign: () => this.assign(),
        operation: (id) => {
          const operation = this.operations.get(id);
          return operation ? success(operation) : failure('not_found', 'There is no operation with this id.');
        },
      },
      tokens: {
        ofDevice: (id) => this.tokens.get(id),
        setDevice: (id, token) => {
          if (this.tokenStorage.ok) this.tokens.set(id, token);
          return this.tokenStorage;
        },
      },
      settingsFlash: (settings) => {
        this.images.push(settings);
        return this.image;
      },
      journal: { add: (entry) => void this.journal.push(entry) },
      clock: this.clock,
      log: this.log.log,
      kaiserId: 'god',
    };
  }

  private lease(path: string): JobResult<DeviceLease> {
    if (path !== PORT) return jobFailure('port_absent', `There is no port ${path}. Plug the device in.`, { path });
    if (this.leases.some(({ released }) => released === 0))
      return jobFailure('port_in_use', `${path} is in use in this console. Wait until it is free.`, { path });
    const lease = new DeviceLease(path, this.device);
    this.leases.push(lease);
    return jobSuccess(lease);
  }

  private approve(id: DeviceId, name: string | undefined): Result<null> {
    this.approvals.push(id);
    const device = this.registry.get(id);
    if (!this.approval.ok || !device) return this.approval;
    device.approval = 'approved';
    device.name = name ?? device.name;
    return success(null);
  }

  private assign(): Result<{ id: string }> {
    const id = `operation-${this.operations.size + 1}`;
    const answer = this.zoneAnswer;
    this.operations.set(id, { state: 'pending' });
    if (answer !== 'nothing')
      this.clock.after(700, () =>
        this.operations.set(id, { state: answer, ...(answer === 'failed' && { reason: 'The device refused it.' }) }),
      );
    return success({ id });
  }
}

/** Everything that needs no time happens: promises and immediates. */
async function turn(): Promise<void> {
  for (let times = 0; times < 3; times += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A job leaves no timer, no open port and no half-made account, whatever becomes of it. */
export function expectNothingLeft(
  bench: ProvisioningBench,
  accounts: readonly (readonly [string, string])[] = [],
): void {
  expect({
    accounts: [...bench.accounts.rows],
    released: bench.leases.map(({ released }) => released),
  }).toEqual({ accounts, released: bench.leases.map(() => 1) });
}

/** After a failure its cause is mended, and the same job runs through. */
export async function expectRetryWorks(bench: ProvisioningBench, change: Record<string, unknown> = {}): Promise<void> {
  const { device } = bench;
  device.unplugAt = null;
  device.plugIn();
  for (const fault of [device.deaf, device.stuck, device.refusals]) fault.clear();
  const job = await bench.run(change);
  expect(job.error).toBeUndefined();
  expect(job.state).toBe('done');
  expect([...bench.accounts.rows.keys()]).toEqual([bench.device.id]);
}
