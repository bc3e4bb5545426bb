import { afterAll, beforeAll, describe } from 'vitest';
import { mosquittoSkipReason } from './mosquitto';
import { Stage, type BrokerKind } from './stage';
import { must } from './wait';

const openDeadlineMs = 40_000;
const closeDeadlineMs = 20_000;

/** A group of tests that needs a Mosquitto program; left out, with the reason on the console, when LEITSTAND_SKIP_MOSQUITTO is set. */
export function describeWithMosquitto(title: string, body: () => void): void {
  const reason = mosquittoSkipReason();
  if (reason !== undefined) process.stdout.write(`Skipped without Mosquitto (${reason}): ${title}\n`);
  describe.skipIf(reason !== undefined)(title, body);
}

/** The same tests over Mosquitto and over the embedded broker, each with one console; `stage` is there while a test runs. */
export function overBothBrokers(title: string, body: (stage: () => Stage, kind: BrokerKind) => void): void {
  const group = (kind: BrokerKind): void => {
    let opened: Stage | undefined;
    beforeAll(async () => {
      opened = await Stage.open(kind);
    }, openDeadlineMs);
    afterAll(async () => {
      await opened?.[Symbol.asyncDispose]();
    }, closeDeadlineMs);
    body(() => must(opened, 'the stage'), kind);
  };
  describeWithMosquitto(`${title}, over Mosquitto`, () => group('mosquitto'));
  describe(`${title}, over the embedded broker`, () => group('embedded'));
}
