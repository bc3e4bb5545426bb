/*
 * The firmware core as WebAssembly (firmware/twin), wrapped so that the rest of the plant sees objects and errors and no pointers. One module
 * holds all simulated devices. Called by demo-plant.ts, settings-flash.ts and the benchmark; twin-device.ts drives what `open` returns.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { failure, success, type Result } from '../../shared/domain/result';
import type { BoardId } from '../../shared/domain/boards';
import type { ActuatorConfig, OfflineRule, SensorConfig } from '../../shared/wire/messages/config';

/** What the plant uses of what twin.wasm exports (firmware/twin/src/exports.rs); it imports nothing. Pointers and lengths are bytes in `memory`. */
export type TwinExports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly twin_alloc: (length: number) => number;
  readonly twin_free: (pointer: number, length: number) => void;
  /** 0 when it is refused. */
  readonly twin_new: (pointer: number, length: number, nowMs: number) => number;
  /** Length of the last error's text. */
  readonly twin_error: () => number;
  /** Where text and bytes of the last call stand, until the next one. */
  readonly twin_out: () => number;
  readonly twin_tick: (handle: number, nowMs: number) => number;
  readonly twin_rx: (handle: number, pointer: number, length: number, nowMs: number) => void;
  readonly twin_tx: (handle: number, nowMs: number) => number;
  readonly twin_socket: (handle: number, nowMs: number) => number;
  readonly twin_socket_event: (handle: number, isOpen: number, nowMs: number) => void;
  readonly twin_network: (handle: number, isUp: number, nowMs: number) => void;
  readonly twin_time: (handle: number, unixS: number, nowMs: number) => void;
  /** 0 when it is done. */
  readonly twin_world: (handle: number, pointer: number, length: number, nowMs: number) => number;
  readonly twin_events: (handle: number) => number;
  readonly twin_provision: (handle: number, pointer: number, length: number, nowMs: number) => number;
  readonly twin_flash: (handle: number) => number;
  readonly twin_serial_rx: (handle: number, pointer: number, length: number, nowMs: number) => void;
  readonly twin_serial_tx: (handle: number) => number;
  readonly twin_drop: (handle: number) => void;
};

export type TwinOptions = {
  readonly id: string;
  readonly board: BoardId;
  readonly kaiserId: string;
  readonly mac: string;
  readonly broker: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
  readonly wifi?: { readonly ssid: string; readonly password: string };
  /** As whoever holds the cable reads it. */
  readonly name?: string;
  readonly seed: number;
  /** In place of what the firmware can: our extensions by name. */
  readonly capabilities?: readonly string[];
  /** What `flash()` gave in an earlier run. */
  readonly flash: Uint8Array | null;
};

/** What a device has been told before it starts for the first time, in the wire form of contract section 5. */
export type Provision = {
  readonly approved: boolean;
  readonly zone: { readonly id: string; readonly master: string; readonly name: string };
  readonly config: {
    readonly sensors: readonly SensorConfig[];
    readonly actuators: readonly ActuatorConfig[];
    readonly offline_rules: readonly OfflineRule[];
  };
};

const eventSchema = z.discriminatedUnion('event', [
  /** Electrical level of an output: 0 low, 255 high, between them pulse width. */
  z.object({ event: z.literal('pin'), gpio: z.int(), duty: z.int().min(0).max(255), t_ms: z.number() }),
  z.object({ event: z.literal('boot'), reason: z.string(), count: z.number() }),
  z.object({ event: z.literal('log'), level: z.string(), text: z.string() }),
]);
export type TwinEvent = z.infer<typeof eventSchema>;

/** One line for the hardware around a device, in the words of firmware/world. */
export type WorldLine = Readonly<Record<string, unknown>>;

/** A simulated device: the firmware without its socket. It waits for nothing; `nowMs` is the host's monotonic time and never goes back. */
export type Twin = {
  /** Does everything that is due and answers when it wants to be called again at the latest. */
  readonly tick: (nowMs: number) => number;
  /** Bytes of the broker, in any pieces. */
  readonly receive: (bytes: Uint8Array, nowMs: number) => void;
  /** Bytes for the broker; what was taken counts as sent. */
  readonly takeOutput: (nowMs: number) => Uint8Array;
  /** Each wish is said once; `socketChanged` answers it. */
  readonly socketWish: (nowMs: number) => 'none' | 'open' | 'close';
  readonly socketChanged: (isOpen: boolean, nowMs: number) => void;
  readonly setNetwork: (isUp: boolean, nowMs: number) => void;
  readonly setTime: (unixS: number, nowMs: number) => void;
  readonly world: (line: WorldLine, nowMs: number) => void;
  readonly takeEvents: () => readonly TwinEvent[];
  readonly provision: (provision: Provision, nowMs: number) => void;
  /** A copy of the whole flash. */
  readonly flash: () => Uint8Array;
  /** Gives bytes to its serial line and takes what it has written there so far (see provisioning/improv-codec.ts). */
  readonly serial: (bytes: Uint8Array, nowMs: number) => Uint8Array;
  /** Frees its memory; it must not be used any more. */
  readonly close: () => void;
};

/** The module has refused something, or failed. After a failure none of its devices can go on. */
export class TwinError extends Error {
  override readonly name = 'TwinError';
}

/** The part of the WebAssembly API in use. The layer has no DOM types, and those are where TypeScript keeps it. */
type WebAssemblyApi = {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Loads the module; fails with a sentence when the file is not there or is none. */
export function loadTwinModule(path: string): Result<TwinModule> {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return failure(
      'unsupported',
      `The simulated devices run the real firmware, and its file is missing: ${path}. Build it with "npm run firmware" and start the demo plant again; everything else works without it.`,
      { details: { path } },
    );
  }
  try {
    return success(new TwinModule(new Instance(new Module(bytes), {}).exports as TwinExports));
  } catch (error) {
    return failure(
      'unsupported',
      `The firmware of the simulated devices cannot be read: ${path}. Build it anew with "npm run firmware" and start the demo plant again.`,
      { details: { path, error: String(error) } },
    );
  }
}

/** All simulated devices of a process. */
export class TwinModule {
  /** Where arguments are written; grows to the longest one. */
  private scratch = { pointer: 0, length: 0 };

  constructor(private readonly exports: TwinExports) {}

  /** A new device at power-up. Throws TwinError when the options make no sense. */
  open({ kaiserId, flash, wifi, name, ...options }: TwinOptions, nowMs: number): Twin {
    const network = wifi && { ssid: wifi.ssid, wifi_password: wifi.password };
    const json = { ...options, ...network, device_name: name, kaiser: kaiserId, flash: flash && [...flash] };
    const handle = this.withBytes(encode(json), (pointer, length) => this.exports.twin_new(pointer, length, nowMs));
    if (handle === 0) throw this.refusal(`the device ${options.id}`);
    return this.wrap(handle);
  }

  private wrap(handle: number): Twin {
    const { exports } = this;
    return {
      tick: (nowMs) => exports.twin_tick(handle, nowMs),
      receive: (bytes, nowMs) =>
        this.withBytes(bytes, (pointer, length) => exports.twin_rx(handle, pointer, length, nowMs)),
      takeOutput: (nowMs) => this.output(exports.twin_tx(handle, nowMs)),
      socketWish: (nowMs) => (['none', 'open', 'close'] as const)[exports.twin_socket(handle, nowMs)] ?? 'none',
      socketChanged: (isOpen, nowMs) => exports.twin_socket_event(handle, Number(isOpen), nowMs),
      setNetwork: (isUp, nowMs) => exports.twin_network(handle, Number(isUp), nowMs),
      setTime: (unixS, nowMs) => exports.twin_time(handle, unixS, nowMs),
      world: (line, nowMs) =>
        this.command(line, (pointer, length) => exports.twin_world(handle, pointer, length, nowMs)),
      takeEvents: () => eventsOf(this.output(exports.twin_events(handle))),
      provision: (provision, nowMs) =>
        this.command(provision, (pointer, length) => exports.twin_provision(handle, pointer, length, nowMs)),
      flash: () => this.output(exports.twin_flash(handle)),
      serial: (bytes, nowMs) => {
        this.withBytes(bytes, (pointer, length) => exports.twin_serial_rx(handle, pointer, length, nowMs));
        return this.output(exports.twin_serial_tx(handle));
      },
      close: () => exports.twin_drop(handle),
    };
  }

  private command(json: object, run: (pointer: number, length: number) => number): void {
    const bytes = encode(json);
    if (this.withBytes(bytes, run) !== 0) throw this.refusal(Buffer.from(bytes).toString());
  }

  private refusal(what: string): TwinError {
    const reason = Buffer.from(this.output(this.exports.twin_error())).toString();
    return new TwinError(`The firmware of the simulated devices refuses ${what}: ${reason}`);
  }

  private withBytes<T>(bytes: Uint8Array, run: (pointer: number, length: number) => T): T {
    if (bytes.length > this.scratch.length) {
      if (this.scratch.length > 0) this.exports.twin_free(this.scratch.pointer, this.scratch.length);
      this.scratch = { pointer: this.exports.twin_alloc(bytes.length), length: bytes.length };
    }
    new Uint8Array(this.exports.memory.buffer).set(bytes, this.scratch.pointer);
    return run(this.scratch.pointer, bytes.length);
  }

  /** A copy of what the last call left. The buffer is asked for each time: memory that grows gets a new one. */
  private output(length: number): Uint8Array {
    if (length === 0) return new Uint8Array();
    const pointer = this.exports.twin_out();
    return new Uint8Array(this.exports.memory.buffer).slice(pointer, pointer + length);
  }
}

function encode(json: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json));
}

/** Events come as JSON, one in a line. */
function eventsOf(bytes: Uint8Array): readonly TwinEvent[] {
  if (bytes.length === 0) return [];
  const lines = Buffer.from(bytes).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => eventSchema.parse(JSON.parse(line)));
}
