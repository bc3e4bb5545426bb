/*
 * The networks around a board, which the host firmware has not: between the port and the real firmware it answers the scan itself and refuses a
 * join with a wrong password, as a radio would. Everything else goes through. Packets by the table in firmware/core/src/serial/mod.rs.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  encodePacket,
  improvErrors,
  ImprovParser,
  improvStates,
  packetTypes,
  rpcs,
} from '../../src/main/provisioning/improv-codec';
import type { MqttLogin } from './mqtt-observer';
import type { BoardApp, VirtualBoard } from './virtual-esp/virtual-board';

export type HeardNetwork = { readonly ssid: string; readonly password: string; readonly rssiDbm: number };

/** A wrong password shows when the handshake fails, ms; the firmware itself waits for up to 30 s. */
const REFUSAL_MS = 100;

export class RadioApp implements BoardApp {
  networks: readonly HeardNetwork[];
  /** The login at the broker that the device was told last. */
  login: Required<MqttLogin> | null = null;
  /** Called when a join is asked for, before anything is answered. */
  onJoin: () => void = () => undefined;
  #parser = new ImprovParser();
  #send: (bytes: Uint8Array) => void = () => undefined;
  #run = new AbortController();

  constructor(
    private readonly firmware: BoardApp,
    networks: readonly HeardNetwork[],
  ) {
    this.networks = networks;
  }

  start(send: (bytes: Uint8Array) => void, board: VirtualBoard): void {
    this.#parser = new ImprovParser();
    this.#send = send;
    this.#run = new AbortController();
    this.firmware.start(send, board);
  }

  /** A packet always comes in one piece: the console writes it so, and a pty of this machine keeps it. */
  feed(bytes: Uint8Array): void {
    const isMine = this.#parser.feed(bytes).some((each) => each.kind === 'command' && this.#answers(each.command));
    if (!isMine) this.firmware.feed(bytes);
  }

  stop(): void {
    this.#run.abort();
    this.firmware.stop();
  }

  /** Whether the command is the radio's affair alone. */
  #answers({ rpc, data }: { readonly rpc: number; readonly data: Uint8Array }): boolean {
    if (rpc === rpcs.setBroker) this.login = loginOf(data);
    if (rpc === rpcs.scanWifi) this.#scan();
    if (rpc !== rpcs.setWifi) return rpc === rpcs.scanWifi;
    this.onJoin();
    const [ssid, password] = textsOf(data);
    if (this.networks.some((network) => network.ssid === ssid && network.password === password)) return false;
    void this.#refuse();
    return true;
  }

  #scan(): void {
    this.#packet(packetTypes.error, improvErrors.none);
    for (const { ssid, rssiDbm } of this.networks) this.#result(rpcs.scanWifi, [ssid, String(rssiDbm), 'YES']);
    this.#result(rpcs.scanWifi, []);
  }

  async #refuse(): Promise<void> {
    this.#packet(packetTypes.error, improvErrors.none);
    this.#packet(packetTypes.state, improvStates.provisioning);
    try {
      await pause(REFUSAL_MS, undefined, { signal: this.#run.signal });
    } catch {
      return; // the board was reset or unplugged
    }
    this.#packet(packetTypes.error, improvErrors.notJoined);
    this.#packet(packetTypes.state, improvStates.ready);
  }

  #result(rpc: number, strings: readonly string[]): void {
    const content = strings.flatMap((each) => [Buffer.byteLength(each), ...Buffer.from(each)]);
    this.#packet(packetTypes.result, rpc, content.length, ...content);
  }

  #packet(type: number, ...content: readonly number[]): void {
    this.#send(Buffer.concat([Buffer.from('\n'), encodePacket(type, Uint8Array.from(content)), Buffer.from('\n')]));
  }
}

/** text host, u16 port, byte TLS, text user, text password. */
function loginOf(data: Uint8Array): Required<MqttLogin> {
  const [username = '', password = ''] = textsOf(data.subarray(1 + (data[0] ?? 0) + 3));
  return { username, password };
}

/** Texts with a length byte each. */
function textsOf(data: Uint8Array): string[] {
  const texts: string[] = [];
  for (let at = 0; at < data.length; at += 1 + (data[at] ?? 0))
    texts.push(Buffer.from(data.subarray(at + 1, at + 1 + (data[at] ?? 0))).toString());
  return texts;
}
