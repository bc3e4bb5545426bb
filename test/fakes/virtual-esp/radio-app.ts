/*
 * A radio for a board whose firmware runs as a program and has none: it hears the networks that a test names, and a join with a wrong password is
 * refused, at once instead of after the firmware's 30 s. Everything else is the firmware's own doing. Stands between a board and its application.
 */
import {
  encodeCommand,
  encodePacket,
  improvErrors,
  ImprovParser,
  improvStates,
  packetTypes,
  rpcs,
  type ImprovCommand,
} from '../../../src/main/provisioning/improv-codec';
import type { MqttLogin } from '../mqtt-observer';
import type { BoardApp, VirtualBoard } from './virtual-board';

export type HeardNetwork = { readonly ssid: string; readonly password: string; readonly rssiDbm: number };

export class RadioApp implements BoardApp {
  networks: readonly HeardNetwork[];
  /** The login at the broker that the device was told last. */
  login: Required<MqttLogin> | null = null;
  /** Called when the device is told to join a network, before it does. */
  onJoin: () => void = () => undefined;
  #send: (bytes: Uint8Array) => void = () => undefined;
  #parser = new ImprovParser();

  constructor(
    private readonly firmware: BoardApp,
    networks: readonly HeardNetwork[],
  ) {
    this.networks = networks;
  }

  start(send: (bytes: Uint8Array) => void, board: VirtualBoard): void {
    this.#send = send;
    this.#parser = new ImprovParser();
    this.firmware.start(send, board);
  }

  /** The firmware gets whole commands only; noise of a host that looks for a loader is nothing to it. */
  feed(bytes: Uint8Array): void {
    for (const received of this.#parser.feed(bytes)) if (received.kind === 'command') this.#hear(received.command);
  }

  stop(): void {
    this.firmware.stop();
  }

  #hear(command: ImprovCommand): void {
    if (command.rpc === rpcs.setBroker) this.login = loginOf(command.data);
    if (command.rpc === rpcs.setWifi) this.onJoin();
    if (command.rpc === rpcs.scanWifi) this.#scan();
    else if (command.rpc === rpcs.setWifi && !this.#letsIn(command.data)) this.#refuse();
    else this.firmware.feed(encodeCommand(command));
  }

  #letsIn(data: Uint8Array): boolean {
    const [ssid, password] = textsOf(data);
    return this.networks.some((network) => network.ssid === ssid && network.password === password);
  }

  #scan(): void {
    this.#packet(packetTypes.error, [improvErrors.none]);
    for (const { ssid, rssiDbm } of this.networks) this.#result([ssid, String(rssiDbm), 'YES']);
    this.#result([]);
  }

  #refuse(): void {
    this.#packet(packetTypes.error, [improvErrors.none]);
    this.#packet(packetTypes.state, [improvStates.provisioning]);
    this.#packet(packetTypes.error, [improvErrors.notJoined]);
    this.#packet(packetTypes.state, [improvStates.ready]);
  }

  #result(texts: readonly string[]): void {
    const content = texts.flatMap((each) => [Buffer.byteLength(each), ...Buffer.from(each)]);
    this.#packet(packetTypes.result, [rpcs.scanWifi, content.length, ...content]);
  }

  #packet(type: number, content: readonly number[]): void {
    this.#send(Buffer.concat([Buffer.from('\n'), encodePacket(type, Uint8Array.from(content)), Buffer.from('\n')]));
  }
}

/** text host, u16 port, byte TLS, text user, text password. */
function loginOf(data: Uint8Array): Required<MqttLogin> {
  const [username = '', password = ''] = textsOf(data.subarray(1 + (data[0] ?? 0) + 3));
  return { username, password };
}

/** `(length text)*` */
function textsOf(data: Uint8Array): string[] {
  const texts: string[] = [];
  for (let at = 0; at < data.length; at += 1 + (data[at] ?? 0))
    texts.push(Buffer.from(data.subarray(at + 1, at + 1 + (data[at] ?? 0))).toString());
  return texts;
}
