/*
 * What a conformance case of the firmware plays on: one device with a fresh id (the host program), a scripted controller, a tap on the device's line,
 * on a broker that the cases of a file share. The firmware's clock is the test's: `advance` lets it run on, and everything that waits for the device
 * (`hears`, `pinBecomes`) lets it run on in small steps up to a bound in the device's own time. Nothing sleeps.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirmwareBroker } from './firmware-broker';
import { expectLegalMessages } from './firmware-invariants';
import { FirmwareNode, type FirmwareNodeOptions } from './firmware-node';
import { jsonOf, matching, type JsonObject, type Matches, type Received } from './message-log';
import { MqttTap, soon } from './mqtt-tap';
import { ScriptedController, type AckPolicy } from './scripted-controller';
import { openTempDir, type TempDir } from './temp-dir';
import { must } from './wait';

/** 2026-04-24 06:43:20 UTC, a Friday: where the controller's clock stands when a case begins. */
export const startOfTimeS = 1_777_013_000;
/** What the device has done by its own clock must arrive here within this, in real time. */
const answerDeadlineMs = 1_500;
const deliveryDeadlineMs = 500;
const pollMs = 5;
const smallestStepMs = 50;
const stepsToBound = 10;
const startDeadlineMs = 10_000;
const connectMs = 300;
/** Less than the shortest time between two heartbeats of a registered device. */
const longestStepMs = 10_000;

/** What controllers send, ours included: it comes back to us, since we hear everything. */
const toDevice =
  /^(system\/heartbeat\/ack|config|system\/command|actuator\/[^/]+\/command|actuator\/emergency|zone\/assign|subzone\/(assign|remove|safe)|sensor\/[^/]+\/command)$/;

/** The QoS of the topics that a controller sends on (1.0). */
const qosOf = (suffix: string): 1 | 2 =>
  /^(config|system\/command|actuator\/\d+\/command|sensor\/\d+\/command)$/.test(suffix) ? 2 : 1;

export type SceneOptions = {
  /** How heartbeats are answered; `online` without it. */
  readonly acknowledge?: AckPolicy;
  /** Real time, for what is measured in it; the manual clock without it. */
  readonly isRealTime?: boolean;
  readonly id?: string;
  readonly hasSerial?: boolean;
} & Pick<FirmwareNodeOptions, 'board' | 'isProduction' | 'kaiserId'>;

type Parts = {
  readonly tap: MqttTap;
  readonly controller: ScriptedController;
  readonly launch: FirmwareNodeOptions;
  readonly folder: TempDir;
};

export class FirmwareScene implements AsyncDisposable {
  /** Milliseconds that this scene let the firmware's clock run on. */
  advancedMs = 0;
  #node: FirmwareNode | undefined;
  #startedAtS = 0;
  #advancedAtStartMs = 0;
  /** What was under way when a line broke. */
  readonly #lost = { heartbeats: 0, acknowledgements: 0 };

  private constructor(private readonly parts: Parts) {}

  get id(): string {
    return this.parts.launch.id;
  }

  get prefix(): string {
    return `kaiser/${this.parts.launch.kaiserId ?? 'god'}/esp/${this.id}`;
  }

  get serialPath(): string {
    return must(this.parts.launch.serial, 'a device with a serial line');
  }

  get flashPath(): string {
    return this.parts.launch.flash;
  }

  get tap(): MqttTap {
    return this.parts.tap;
  }

  get controller(): ScriptedController {
    return this.parts.controller;
  }

  /** Everything but the device. */
  static async prepare(broker: FirmwareBroker, options: SceneOptions = {}): Promise<FirmwareScene> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await openTempDir('firmware'));
    const tap = stack.use(await MqttTap.start(broker.port));
    const id = options.id ?? broker.newDeviceId();
    const kaiserId = options.kaiserId ?? 'god';
    const now = (): number => startOfTimeS + Math.floor((scene?.advancedMs ?? 0) / 1_000);
    let scene: FirmwareScene | undefined;
    const controller = stack.use(
      await ScriptedController.connect({
        url: broker.url,
        kaiserId,
        clientId: `controller-of-${id}`,
        now: options.isRealTime === true ? () => Math.floor(Date.now() / 1_000) : now,
        ...broker.controllerLogin(),
      }),
    );
    controller.policies.set(id, options.acknowledge ?? 'online');
    const login = await writeLogin(folder, broker.deviceLogin(id));
    const launch: FirmwareNodeOptions = {
      brokerPort: tap.port,
      id,
      flash: join(folder.path, 'flash.bin'),
      isManualClock: options.isRealTime !== true,
      ...(options.hasSerial === true && { serial: join(folder.path, 'serial') }),
      ...(login && { login }),
      ...(options.board && { board: options.board }),
      ...(options.kaiserId !== undefined && { kaiserId }),
      ...(options.isProduction === true && { isProduction: true }),
    };
    scene = new FirmwareScene({ tap, controller, launch, folder });
    stack.move();
    return scene;
  }

  /** A device that has connected and sent its first heartbeat, which is answered as `options` say. */
  static async open(broker: FirmwareBroker, options: SceneOptions = {}): Promise<FirmwareScene> {
    const scene = await FirmwareScene.prepare(broker, options);
    try {
      await scene.powerOn();
      return scene;
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw error;
    }
  }

  get node(): FirmwareNode {
    return must(this.#node, 'a device that is switched on');
  }

  /** What a time server would tell the device (Unix seconds); with the manual clock its time runs on from there. */
  setTime(unixS: number): void {
    const runS = Math.floor((this.advancedMs - this.#advancedAtStartMs) / 1_000);
    this.node.world({ clock_offset_s: unixS - this.#startedAtS - runS });
  }

  /** Starts the program, with the settings that its flash holds; waits for its first heartbeat. */
  async powerOn(): Promise<void> {
    const from = this.mark();
    this.#node = FirmwareNode.launch(this.parts.launch);
    this.#startedAtS = Math.floor(Date.now() / 1_000);
    this.#advancedAtStartMs = this.advancedMs;
    // Its own clock goes by the machine's: what a time server would tell it is set to the case's time.
    if (this.parts.launch.isManualClock) this.setTime(startOfTimeS + Math.floor(this.advancedMs / 1_000));
    // A connection over loopback needs none of the device's time; only what does not come by itself is waited for in it.
    await soon(
      () => this.controller.received.all(matching(`${this.prefix}/system/heartbeat`), from).length > 0,
      connectMs,
    );
    await this.heartbeat(from);
    await this.settle();
  }

  /** Power fails and comes again inside the running program; waits for the first heartbeat after it. */
  async powerCycle(): Promise<void> {
    const from = this.mark();
    this.node.world({ power: 'cycle' });
    await this.heartbeat(from, 5_000);
  }

  /** SIGKILL: the power fails in the middle of what it does. */
  async kill9(): Promise<void> {
    await this.node.kill9();
    this.#node = undefined;
  }

  set acknowledge(policy: AckPolicy) {
    this.controller.policies.set(this.id, policy);
  }

  mark(): number {
    return this.controller.received.mark();
  }

  /** On one of the device's topics, with the QoS of the contract. */
  async send(suffix: string, payload: JsonObject | string | Buffer): Promise<void> {
    await this.controller.publish(`${this.prefix}/${suffix}`, payload, qosOf(suffix));
  }

  async broadcast(payload: JsonObject | string | Buffer): Promise<void> {
    await this.controller.publish('kaiser/broadcast/emergency', payload, 2);
  }

  /** Lets the firmware's clock run on; in each step both ends answer what is open. */
  async advance(durationMs: number, stepMs = longestStepMs): Promise<void> {
    let restMs = durationMs;
    while (restMs > 0) {
      const nowMs = Math.min(restMs, stepMs);
      this.advancedMs += nowMs;
      await this.node.advance(nowMs);
      await this.settle();
      restMs -= nowMs;
    }
  }

  /** Until neither side of the line has anything left to answer, and the controller's own messages have been taken. */
  async settle(): Promise<void> {
    await this.tap.idle();
    await this.#arrived(
      'heartbeats',
      () => this.tap.heartbeats,
      () => this.controller.heartbeats.get(this.id) ?? 0,
    );
    await this.controller.settled();
    await this.#arrived(
      'acknowledgements',
      () => this.controller.acknowledgements.get(this.id) ?? 0,
      () => this.tap.acknowledgements,
    );
    await this.tap.idle();
  }

  /** The first message of the device that fits, within a bound in the device's time. */
  hears(
    suffix: string,
    fields: JsonObject = {},
    { withinMs = 1_000, from = 0 }: { readonly withinMs?: number; readonly from?: number } = {},
  ): Promise<Received> {
    return this.#when(
      () => this.controller.received.all(matching(`${this.prefix}/${suffix}`, fields), from)[0],
      withinMs,
      () => `${suffix} ${JSON.stringify(fields)}; heard:${this.#lastHeard(from)}`,
    );
  }

  async hearsJson(
    suffix: string,
    fields: JsonObject = {},
    bounds: { readonly withinMs?: number; readonly from?: number } = {},
  ): Promise<JsonObject> {
    return jsonOf(await this.hears(suffix, fields, bounds));
  }

  /** As `hears`, for a condition that fields cannot express. */
  hearsSuch(
    matches: Matches,
    what: string,
    { withinMs = 1_000, from = 0 }: { readonly withinMs?: number; readonly from?: number } = {},
  ): Promise<Received> {
    return this.#when(
      () => this.controller.received.all(matches, from)[0],
      withinMs,
      () => `${what}; heard:${this.#lastHeard(from)}`,
    );
  }

  heartbeat(from: number, withinMs = startDeadlineMs): Promise<Received> {
    return this.hears('system/heartbeat', {}, { from, withinMs });
  }

  /** What the device said so far on its topics that match, as suffixes and JSON. */
  said(pattern: RegExp, from = 0): readonly { readonly suffix: string; readonly json: JsonObject }[] {
    const isSaid = (suffix: string): boolean => pattern.test(suffix) && !toDevice.test(suffix);
    return this.controller.received
      .all(({ topic }) => topic.startsWith(`${this.prefix}/`) && isSaid(this.suffixOf(topic)), from)
      .map((message) => ({ suffix: this.suffixOf(message.topic), json: jsonOf(message) }));
  }

  suffixOf(topic: string): string {
    return topic.startsWith(`${this.prefix}/`) ? topic.slice(this.prefix.length + 1) : topic;
  }

  /** The electrical level of a pin within a bound in the device's time. */
  async pinBecomes(gpio: number, duty: number, withinMs = 1_000): Promise<void> {
    await this.#when(
      () => (this.node.duty(gpio) === duty ? true : undefined),
      withinMs,
      () => `level ${duty} on pin ${gpio}; levels: ${JSON.stringify(this.node.levels(gpio))}`,
    );
  }

  /** Lets some of the device's time pass and the line come to rest: what was going to come has come. */
  async quiet(durationMs = 1_000): Promise<void> {
    await this.settle();
    await this.advance(durationMs, 250);
  }

  /** Ends everything; whatever the case was about, each message of the device must have been legal. */
  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.parts.folder);
    stack.use(this.tap);
    stack.use(this.controller);
    if (this.#node) stack.use(this.#node);
    stack.defer(() => expectLegalMessages(this.id, this.tap.published()));
  }

  /** Looks; gives the line a moment; lets the clock run on by a step; until the bound is passed in both times. */
  async #when<T>(look: () => T | undefined, withinMs: number, what: () => string): Promise<T> {
    const isManual = this.parts.launch.isManualClock;
    const stepMs = Math.max(smallestStepMs, withinMs / stepsToBound);
    const boundMs = this.advancedMs + withinMs;
    const isSeen = (): boolean => look() !== undefined;
    if (isManual) {
      while (this.advancedMs < boundMs && !(await soon(isSeen, pollMs)))
        await this.advance(Math.min(stepMs, boundMs - this.advancedMs));
    }
    await soon(isSeen, isManual ? answerDeadlineMs : withinMs);
    const seen = look();
    if (seen !== undefined) return seen;
    throw new Error(`Within ${withinMs} ms of the device's time there was no ${what()}\n${this.node.log}`);
  }

  /** Waits until as many of a kind came as were sent, without those that were lost with a line. */
  async #arrived(kind: 'heartbeats' | 'acknowledgements', sent: () => number, came: () => number): Promise<void> {
    const expected = sent();
    const isComplete = await soon(() => came() + this.#lost[kind] >= expected, deliveryDeadlineMs);
    if (!isComplete) this.#lost[kind] = expected - came();
  }

  #lastHeard(from: number): string {
    return this.controller.received
      .all(({ topic }) => topic.startsWith(this.prefix), from)
      .slice(-12)
      .map(({ topic, payload }) => `\n  ${this.suffixOf(topic)} ${payload.toString('utf8').slice(0, 240)}`)
      .join('');
  }
}

async function writeLogin(
  folder: TempDir,
  login: { readonly username: string; readonly password: string } | undefined,
): Promise<FirmwareNodeOptions['login']> {
  if (!login) return undefined;
  const passwordFile = join(folder.path, 'password');
  await writeFile(passwordFile, `${login.password}\n`, { mode: 0o600 });
  return { username: login.username, passwordFile };
}
