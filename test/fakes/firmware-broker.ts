/*
 * A broker of either kind that the firmware's conformance cases of one file share, and the groups of tests over one or both kinds. The embedded broker
 * runs alone, without the console: the controller is scripted, and logs in with the console's role.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { BrokerBench } from '../integration/broker/broker-bench';
import { Mosquitto, mosquittoSkipReason } from './mosquitto';
import { describeWithMosquitto } from './over-both-brokers';
import type { BrokerKind } from './stage';
import { must } from './wait';

const firstDeviceNumber = 0xa0_00_01;

/** A broker of either kind, for all cases of a file. */
export class FirmwareBroker implements AsyncDisposable {
  #number = firstDeviceNumber;

  private constructor(
    readonly kind: BrokerKind,
    readonly port: number,
    private readonly mosquitto: Mosquitto | undefined,
    private readonly bench: BrokerBench | undefined,
  ) {}

  static async open(kind: BrokerKind): Promise<FirmwareBroker> {
    if (kind === 'mosquitto') {
      const mosquitto = await Mosquitto.start({ isUndelayed: true });
      return new FirmwareBroker(kind, mosquitto.port, mosquitto, undefined);
    }
    const bench = await BrokerBench.start();
    return new FirmwareBroker(kind, bench.port, undefined, bench);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  newDeviceId(): string {
    return `ESP_${(this.#number++).toString(16).toUpperCase()}`;
  }

  controllerLogin() {
    return this.bench?.broker.consoleLogin ?? {};
  }

  deviceLogin(id: string) {
    return this.bench?.deviceLogin(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mosquitto?.[Symbol.asyncDispose]();
    await this.bench?.[Symbol.asyncDispose]();
  }
}

function group(kind: BrokerKind, body: (broker: () => FirmwareBroker) => void): void {
  let opened: FirmwareBroker | undefined;
  beforeAll(async () => {
    opened = await FirmwareBroker.open(kind);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
  });
  body(() => must(opened, 'the broker'));
}

/** Cases whose way through the broker matters: the same over Mosquitto and over the embedded broker. */
export function firmwareOverBothBrokers(title: string, body: (broker: () => FirmwareBroker) => void): void {
  describeWithMosquitto(`${title}, over Mosquitto`, () => group('mosquitto', body));
  describe(`${title}, over the embedded broker`, () => group('embedded', body));
}

/**
 * Cases about the device's own behaviour in time: once. Over Mosquitto where it is, because the embedded broker allows a device so many messages
 * in a second of real time, of which a minute of the device's time takes a few milliseconds.
 */
export function firmwareOverOneBroker(title: string, body: (broker: () => FirmwareBroker) => void): void {
  const kind: BrokerKind = mosquittoSkipReason() === undefined ? 'mosquitto' : 'embedded';
  describe(title, () => group(kind, body));
}
