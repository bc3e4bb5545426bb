/*
 * One simulated device: the firmware in WebAssembly, its socket to the broker, and what is wrong with both. The firmware speaks MQTT itself;
 * here are only bytes and time. Owned by demo-plant.ts.
 */
import { connect, type Socket } from 'node:net';
import type { Logger } from 'pino';
import { noFaults, type DeviceFaults } from '../../shared/api/plant';
import { must } from '../../shared/domain/assert';
import type { Clock } from '../clock';
import { BadNetwork } from './bad-network';
import type { Twin, TwinEvent, WorldLine } from './twin-module';

/** A device is called when it asks for it, but neither in a busy loop nor later than this, ms. The firmware reads its inputs in between. */
const SHORTEST_TICK_MS = 10;
const LONGEST_TICK_MS = 1_000;
/** A connection is given up when the broker does not answer the opening of the socket in this time, ms. */
const CONNECT_MS = 10_000;
/** What the system's socket may hold back, bytes: a broker that reads nothing any more breaks the connection. */
const MAX_UNSENT_BYTES = 262_144;
/** The firmware asks for the time again as often as this, ms: the wall clock of a laptop jumps after sleep. */
const TIME_SYNC_MS = 600_000;
/** At stop: time for the messages under way and the DISCONNECT, ms. */
const GOODBYE_MS = 500;
/** MQTT 3.1.1, 3.14: the client goes in peace, so no last will is sent. */
const DISCONNECT = Uint8Array.of(0xe0, 0);
/** Rounds in which the firmware answers what its own answer has caused; two are usual (it closes a socket, and sees it closed). */
const MOST_ROUNDS = 8;

export type TwinDeviceParts = {
  /** For the log. */
  readonly id: string;
  readonly twin: Twin;
  readonly broker: { readonly host: string; readonly port: number };
  readonly clock: Clock;
  readonly log: Logger;
  /** Numbers of [0, 1) for what goes wrong by chance. */
  readonly random: () => number;
  readonly onPin: (gpio: number, duty: number) => void;
  /** The firmware has failed; the device has stopped. */
  readonly onFailure: (error: unknown) => void;
};

export class TwinDevice {
  private readonly network: BadNetwork;
  private socket: Socket | undefined;
  private life: 'new' | 'running' | 'ended' = 'new';
  private faults: DeviceFaults = noFaults;
  private timeSetMs = 0;
  /** What the firmware has not been told yet; emptied in every round, so as long as what happens in one turn of the event loop. */
  private readonly happened: ((nowMs: number) => void)[] = [];
  private isDriving = false;
  private cancelTick: () => void = () => undefined;
  private cancelConnect: () => void = () => undefined;

  constructor(private readonly parts: TwinDeviceParts) {
    const { clock, random } = parts;
    this.network = new BadNetwork({
      clock,
      random,
      toBroker: (bytes) => this.write(bytes),
      toDevice: (bytes) => this.drive((nowMs) => parts.twin.receive(bytes, nowMs)),
      onOverflow: () => this.loseSocket(),
    });
  }

  start(): void {
    this.life = 'running';
    this.drive((nowMs) => this.setTime(nowMs));
  }

  /** Says goodbye, so that the broker sends no last will; a broker that does not take it in time is left without a word. */
  async stop(): Promise<void> {
    const { socket } = this;
    this.end();
    if (!socket || socket.destroyed || socket.connecting) {
      socket?.destroy();
      return;
    }
    await new Promise<void>((resolve) => {
      const cancel = this.parts.clock.after(GOODBYE_MS, () => socket.destroy());
      socket.once('close', () => {
        cancel();
        resolve();
      });
      socket.end(DISCONNECT);
    });
  }

  /** Replaces the faults; what is no longer wrong is right again at once. */
  setFaults(faults: DeviceFaults): void {
    const before = this.faults;
    this.faults = faults;
    const { twin } = this.parts;
    this.drive((nowMs) => {
      twin.world(
        {
          fault: {
            sensor_dropout: faults.sensorDropout === 0 ? null : faults.sensorDropout,
            sensor_drift_per_hour: faults.sensorDriftPerHour === 0 ? null : faults.sensorDriftPerHour,
            sensor_dead: faults.sensorDead,
            stuck_pin: faults.stuckGpio,
          },
        },
        nowMs,
      );
      if (faults.networkDown && !before.networkDown) this.leaveNetwork(nowMs);
      else if (before.networkDown && !faults.networkDown) this.joinNetwork(nowMs);
      else if (before.clockOffsetS !== faults.clockOffsetS) this.setTime(nowMs);
    });
  }

  /** The supply sags: the chip restarts, and the connection is gone without a goodbye. */
  brownOut(): void {
    this.drive((nowMs) => this.parts.twin.world({ power: { reset: 'brownout' } }, nowMs));
  }

  /** Sets what the sensors would measure. */
  setWorld(line: WorldLine): void {
    this.guard(() => this.parts.twin.world(line, this.nowMs()));
  }

  /** What the device has stored; null after it has ended. */
  flash(): Uint8Array | null {
    let flash: Uint8Array | null = null;
    this.guard(() => (flash = this.parts.twin.flash()));
    return flash;
  }

  /** Lets the firmware know what has happened, runs it, and carries out what it wants. What happens meanwhile waits for the next round. */
  private drive(happened: (nowMs: number) => void): void {
    if (this.life !== 'running') return;
    this.happened.push(happened);
    if (this.isDriving) return;
    this.isDriving = true;
    this.guard(() => {
      const nowMs = this.nowMs();
      let dueMs = nowMs;
      for (let round = 0, isSettled = false; round < MOST_ROUNDS && !isSettled; round += 1) {
        for (const tell of this.happened.splice(0)) tell(nowMs);
        this.send(this.parts.twin.takeOutput(nowMs)); // the answer to a restart that is asked for at once goes before it
        if (nowMs - this.timeSetMs >= TIME_SYNC_MS) this.setTime(nowMs);
        dueMs = this.parts.twin.tick(nowMs);
        const hasActed = this.carryOut(nowMs);
        isSettled = !hasActed && this.happened.length === 0;
      }
      this.schedule(dueMs - nowMs);
    });
    this.isDriving = false;
  }

  /** What the firmware wants after a call. True when it has to be called again for that. */
  private carryOut(nowMs: number): boolean {
    const { twin } = this.parts;
    this.send(twin.takeOutput(nowMs));
    const events = twin.takeEvents();
    for (const event of events) this.noteEvent(event);
    return this.followSocketWish(nowMs) || events.length > 0;
  }

  /** A failure of the firmware must not take the console along: it ends the device and is reported. */
  private guard(run: () => void): void {
    if (this.life === 'ended') return;
    try {
      run();
    } catch (error) {
      this.end();
      this.socket?.destroy();
      this.parts.onFailure(error);
    }
  }

  private end(): void {
    this.life = 'ended';
    this.cancelTick();
    this.cancelConnect();
    this.happened.length = 0;
    this.network.clear();
  }

  private schedule(delayMs: number): void {
    this.cancelTick();
    const boundedMs = Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, delayMs));
    const waitMs = Number.isNaN(boundedMs) ? LONGEST_TICK_MS : boundedMs;
    this.cancelTick = this.parts.clock.after(waitMs, () => this.drive(() => undefined));
  }

  private noteEvent(event: TwinEvent): void {
    const { id, log, onPin } = this.parts;
    if (event.event === 'pin') onPin(event.gpio, event.duty);
    else if (event.event === 'log') log.debug({ device: id, level: event.level }, event.text);
    else {
      log.debug({ device: id, reason: event.reason, count: event.count }, 'simulated device starts');
      this.dropSocket(); // a chip that restarts has forgotten its connection
    }
  }

  private joinNetwork(nowMs: number): void {
    this.parts.twin.setNetwork(true, nowMs);
    this.setTime(nowMs);
  }

  private leaveNetwork(nowMs: number): void {
    const hadSocket = this.dropSocket();
    this.parts.twin.setNetwork(false, nowMs);
    if (hadSocket) this.parts.twin.socketChanged(false, nowMs);
  }

  private setTime(nowMs: number): void {
    if (this.faults.networkDown) return;
    this.timeSetMs = nowMs;
    this.parts.twin.setTime(this.parts.clock.now() / 1000 + this.faults.clockOffsetS, nowMs);
  }

  /** True when there was something to do, so that the firmware has to be asked again. */
  private followSocketWish(nowMs: number): boolean {
    const wish = this.parts.twin.socketWish(nowMs);
    if (wish === 'none') return false;
    this.dropSocket();
    if (wish === 'open' && !this.faults.networkDown) this.openSocket();
    else this.parts.twin.socketChanged(false, nowMs);
    return true;
  }

  private openSocket(): void {
    const { broker, clock, twin, id, log } = this.parts;
    const socket = connect(broker.port, broker.host);
    socket.setNoDelay(true);
    this.socket = socket;
    this.cancelConnect = clock.after(CONNECT_MS, () => socket.destroy());
    socket.once('connect', () => {
      this.cancelConnect();
      this.drive((nowMs) => twin.socketChanged(true, nowMs));
    });
    socket.on('data', (bytes) => {
      if (this.life === 'running' && socket === this.socket) this.network.fromBroker(bytes, this.faults);
    });
    socket.on('error', (error) => log.debug({ err: error, device: id }, 'connection of a simulated device'));
    socket.once('close', () => {
      if (socket === this.socket) this.loseSocket();
    });
  }

  /** The other side, or the way there, has ended the connection. */
  private loseSocket(): void {
    if (this.dropSocket()) this.drive((nowMs) => this.parts.twin.socketChanged(false, nowMs));
  }

  /** Ends the connection without a goodbye and without a word to the firmware. False when there was none. */
  private dropSocket(): boolean {
    const { socket } = this;
    this.socket = undefined;
    this.cancelConnect();
    this.network.clear();
    socket?.destroy();
    return socket !== undefined;
  }

  private send(bytes: Uint8Array): void {
    if (bytes.length > 0 && this.socket) this.network.fromDevice(bytes, this.faults);
  }

  private write(bytes: Uint8Array): void {
    const socket = must(this.socket, 'the way to the broker is cleared when its socket goes');
    socket.write(bytes);
    if (socket.writableLength > MAX_UNSENT_BYTES) this.loseSocket();
  }

  private nowMs(): number {
    return Math.floor(this.parts.clock.monotonic());
  }
}
