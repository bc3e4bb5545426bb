/*
 * A board with our firmware at the other end of a cable, as far as the console can tell: it speaks Improv-Serial by the table in
 * firmware/core/src/serial/mod.rs, restarts, joins networks and logs in at a broker, on a manual clock. A test says what it refuses, where it
 * falls silent and when its plug is pulled. Stands behind a `SerialLine` and a `PortLease`; no port and no driver.
 */
import type { PortLease } from '../../src/main/flash/flash-room';
import { LineError, type SerialLine } from '../../src/main/flash/serial-driver';
import {
  encodePacket,
  improvErrors,
  ImprovParser,
  improvStates,
  packetTypes,
  rpcs,
  type ImprovCommand,
} from '../../src/main/provisioning/improv-codec';
import { jobFailure, jobSuccess, type JobResult } from '../../src/shared/domain/job-errors';
import type { ManualClock } from './manual-clock';

type Network = { readonly ssid: string; readonly password: string; readonly rssiDbm: number };
type Broker = { host: string; port: number; tls: boolean; user: string; password: string };

const ANSWER_MS = 5;
/** Between the answers to commands that have waited. */
const NEXT_MS = 50;
const REBOOT_AFTER_MS = 500;
const BOOT_MS = 2_000;
/** How long a chip with USB of its own is gone from the bus when it restarts. */
const REENUMERATION_MS = 800;
const JOIN_MS = 3_000;
const JOIN_TIMEOUT_MS = 30_000;
const LOGIN_MS = 1_000;

export class ImprovDevice {
  firmware = ['Leitstand', '0.1.0', 'ESP32-C3'] as const;
  id = 'ESP_0A1B2C';
  kaiserId = 'god';
  name = '';
  networks: Network[] = [{ ssid: 'tent', password: 'tomatoes', rssiDbm: -60 }];
  /** Error instead of a result, by command. */
  readonly refusals = new Map<number, number>();
  /** Commands that are not even acknowledged. */
  readonly deaf = new Set<number>();
  /** Commands that are acknowledged and never answered. */
  readonly stuck = new Set<number>();
  /** How often the next answers get lost on the way, by command. */
  readonly lost = new Map<number, number>();
  /** The plug is pulled when this command comes. */
  unplugAt: number | null = null;
  /** Scans from now on that miss the strongest network. */
  missed = 0;
  isNativeUsb = false;
  isPlugged = true;
  isBrokerReachable = true;
  broker: Broker | null = null;
  token = '';
  certificate = '';
  ip = '';
  isConnected = false;
  restarts = 0;
  /** Numbers of the commands, in order; repetitions too. */
  readonly heard: number[] = [];
  /** Called when it has logged in. */
  onLogin: (login: Broker) => boolean = () => true;
  private nextIdentity: readonly [string, string] | null = null;
  private awakeAtMs = 0;
  private freeAtMs = 0;
  private line: DeviceLine | null = null;
  private parser = new ImprovParser();
  private joins = 0;

  constructor(private readonly clock: ManualClock) {}

  /** It starts only now: silent until the firmware runs. */
  bootFor(ms: number): void {
    this.awakeAtMs = this.clock.monotonic() + ms;
  }

  /** It is too busy to answer: commands wait in its buffer, and are answered one after the other then. */
  stallFor(ms: number): void {
    this.freeAtMs = this.clock.monotonic() + ms;
  }

  unplug(): void {
    this.isPlugged = false;
    this.line?.end(true);
  }

  plugIn(): void {
    this.isPlugged = true;
  }

  /** Text beside the packets. */
  say(text: string): void {
    this.send(Buffer.from(text));
  }

  open(path: string): JobResult<SerialLine> {
    if (!this.isPlugged) return jobFailure('port_absent', `There is no port ${path}. Plug the device in.`, { path });
    this.parser = new ImprovParser();
    this.line = new DeviceLine(
      path,
      (bytes) => this.receive(bytes),
      () => {
        this.line = null;
      },
    );
    return jobSuccess(this.line);
  }

  private receive(bytes: Uint8Array): void {
    if (this.clock.monotonic() < this.awakeAtMs) return;
    for (const each of this.parser.feed(bytes)) {
      if (each.kind === 'command') this.take(each.command);
    }
  }

  private take(command: ImprovCommand): void {
    const { rpc } = command;
    this.heard.push(rpc);
    if (this.unplugAt === rpc) {
      this.unplug();
      return;
    }
    if (this.deaf.has(rpc)) return;
    const now = this.clock.monotonic();
    const isStalled = this.freeAtMs > now;
    this.clock.after(isStalled ? this.freeAtMs - now : ANSWER_MS, () => this.answer(command));
    if (isStalled) this.freeAtMs += NEXT_MS;
  }

  private answer({ rpc, data }: ImprovCommand): void {
    const refusal = this.refusals.get(rpc);
    if (refusal === improvErrors.unknownRpc) {
      this.packet(packetTypes.error, refusal);
      return;
    }
    this.packet(packetTypes.error, improvErrors.none);
    if (refusal !== undefined) this.packet(packetTypes.error, refusal);
    else if (!this.stuck.has(rpc)) this.carryOut(rpc, new Fields(data));
  }

  private carryOut(rpc: number, fields: Fields): void {
    const lost = this.lost.get(rpc) ?? 0;
    const strings = this.resultOf(rpc, fields);
    this.lost.set(rpc, lost - 1);
    if (strings && lost <= 0) this.result(rpc, strings);
  }

  /** The strings of the result; null when it comes later, or otherwise. */
  private resultOf(rpc: number, fields: Fields): readonly string[] | null {
    switch (rpc) {
      case rpcs.deviceInfo:
        return [...this.firmware, this.name || this.id];
      case rpcs.getIdentity:
        return [this.id, this.kaiserId, this.token === '' ? '0' : '1', '0', '0'];
      case rpcs.deviceName:
        this.name = fields.rest();
        return [this.name];
      case rpcs.setIdentity:
        this.nextIdentity = [fields.text() || 'ESP_0A1B2C', fields.text()];
        return this.nextIdentity;
      case rpcs.setToken:
        fields.byte();
        this.token = fields.text();
        return [];
      case rpcs.setBroker:
        return this.setBroker(fields);
      case rpcs.certificate:
        fields.number();
        fields.number();
        this.certificate += fields.rest();
        return [String(this.certificate.length)];
      case rpcs.status:
        return this.status();
      case rpcs.scanWifi:
        for (const { ssid, rssiDbm } of this.networks.slice(this.missed > 0 ? 1 : 0))
          this.result(rpc, [ssid, String(rssiDbm), 'YES']);
        this.missed -= 1;
        return [];
      case rpcs.setWifi:
        this.join(fields.text(), fields.text());
        return null;
      case rpcs.getState:
        this.packet(packetTypes.state, this.ip === '' ? improvStates.ready : improvStates.provisioned);
        if (this.ip !== '') this.result(rpcs.setWifi, ['']);
        return null;
      case rpcs.reboot:
        this.clock.after(REBOOT_AFTER_MS, () => this.restart());
        return [];
      default:
        throw new Error(`The scripted device does not know command ${rpc}.`);
    }
  }

  private setBroker(fields: Fields): readonly string[] {
    const [host, port, tls] = [fields.text(), fields.number(), fields.byte() === 1];
    this.broker = { host, port, tls, user: fields.text(), password: fields.text() };
    return [];
  }

  private status(): readonly string[] {
    const isJoined = this.ip !== '';
    return [this.id, '0.1.0', 'esp32c3', isJoined ? '1' : '0', this.ip, this.isConnected ? '1' : '0', '0', 'pending', '', '1', '0']; // prettier-ignore
  }

  private join(ssid: string, password: string): void {
    this.joins += 1;
    const join = this.joins;
    this.ip = '';
    this.isConnected = false;
    this.packet(packetTypes.state, improvStates.provisioning);
    const isRight = this.networks.some((network) => network.ssid === ssid && network.password === password);
    this.clock.after(isRight ? JOIN_MS : JOIN_TIMEOUT_MS, () => {
      if (join !== this.joins) return;
      if (isRight) {
        this.ip = '10.0.4.17';
        this.packet(packetTypes.state, improvStates.provisioned);
        this.result(rpcs.setWifi, ['']);
        this.clock.after(LOGIN_MS, () => this.logIn());
      } else {
        this.packet(packetTypes.error, improvErrors.notJoined);
        this.packet(packetTypes.state, improvStates.ready);
      }
    });
  }

  private logIn(): void {
    if (this.broker && this.isBrokerReachable && this.ip !== '' && this.isPlugged) {
      this.isConnected = this.onLogin(this.broker);
    }
  }

  private restart(): void {
    this.restarts += 1;
    if (this.nextIdentity) [this.id, this.kaiserId] = this.nextIdentity;
    this.bootFor(BOOT_MS);
    this.parser = new ImprovParser();
    if (!this.isNativeUsb || !this.isPlugged) return;
    this.unplug();
    this.clock.after(REENUMERATION_MS, () => this.plugIn());
  }

  private packet(type: number, ...content: readonly number[]): void {
    this.send(Buffer.concat([Buffer.from('\n'), encodePacket(type, Uint8Array.from(content)), Buffer.from('\n')]));
  }

  private result(rpc: number, strings: readonly string[]): void {
    const content = strings.flatMap((each) => [Buffer.byteLength(each), ...Buffer.from(each)]);
    this.packet(packetTypes.result, rpc, content.length, ...content);
  }

  private send(bytes: Uint8Array): void {
    if (this.isPlugged && this.clock.monotonic() >= this.awakeAtMs) this.line?.deliver(bytes);
  }
}

/** The data of a command, field by field. */
class Fields {
  private at = 0;

  constructor(private readonly data: Uint8Array) {}

  byte(): number {
    this.at += 1;
    return this.data[this.at - 1] ?? 0;
  }

  number(): number {
    return this.byte() * 256 + this.byte();
  }

  text(): string {
    const length = this.byte();
    this.at += length;
    return Buffer.from(this.data.subarray(this.at - length, this.at)).toString();
  }

  rest(): string {
    return Buffer.from(this.data.subarray(this.at)).toString();
  }
}

class DeviceLine implements SerialLine {
  private readonly listeners = new Set<(bytes: Uint8Array) => void>();
  private readonly closeListeners = new Set<(isUnplugged: boolean) => void>();
  private isOpen = true;
  private isUnplugged = false;

  constructor(
    readonly path: string,
    private readonly onWrite: (bytes: Uint8Array) => void,
    private readonly onEnd: () => void,
  ) {}

  readonly onData = (listener: (bytes: Uint8Array) => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly onClose = (listener: (isUnplugged: boolean) => void): (() => void) => {
    this.closeListeners.add(listener);
    return () => void this.closeListeners.delete(listener);
  };

  readonly write = async (bytes: Uint8Array): Promise<void> => {
    if (this.isOpen) this.onWrite(bytes);
    if (!this.isOpen) throw new LineError(`${this.path} is closed`, this.isUnplugged);
  };

  readonly setBaudRate = async (): Promise<void> => undefined;
  readonly setSignals = async (): Promise<boolean> => true;

  readonly close = async (): Promise<void> => {
    this.end(false);
  };

  deliver(bytes: Uint8Array): void {
    for (const listener of this.listeners) listener(Uint8Array.from(bytes));
  }

  end(isUnplugged: boolean): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.isUnplugged = isUnplugged;
    this.onEnd();
    for (const listener of this.closeListeners) listener(isUnplugged);
  }
}

/** The right to use the port of a device; counts how often it was given back. */
export class DeviceLease implements PortLease {
  readonly adapterKey = 'test';
  released = 0;
  private line: SerialLine | null = null;

  constructor(
    readonly path: string,
    private readonly device: ImprovDevice,
  ) {}

  get isNativeUsb(): boolean {
    return this.device.isNativeUsb;
  }

  readonly open = async (): Promise<JobResult<SerialLine>> => {
    const opened = this.device.open(this.path);
    if (opened.ok) this.line = opened.value;
    return opened;
  };

  readonly release = async (): Promise<void> => {
    this.released += 1;
    await this.line?.close();
  };
}
