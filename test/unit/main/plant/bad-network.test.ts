import { expect, test } from 'vitest';
import { BadNetwork } from '../../../../src/main/plant/bad-network';
import { noFaults } from '../../../../src/shared/api/plant';
import { ManualClock } from '../../../fakes/manual-clock';
import { packetOf, publishOf } from '../../../fakes/mqtt-framing';

const message = (id: number) => publishOf({ topic: 't', payload: Buffer.from([id]), qos: 1, id }, 4);
const ping = packetOf(0xc0);

function open() {
  const clock = new ManualClock();
  const arrived: string[] = [];
  let overflows = 0;
  const network = new BadNetwork({
    clock,
    random: () => 0,
    toBroker: (bytes) => void arrived.push(`up ${bytes.at(-1)}`),
    toDevice: (bytes) => void arrived.push(`down ${bytes.at(-1)}`),
    onOverflow: () => void (overflows += 1),
  });
  return { clock, arrived, network, overflows: () => overflows };
}

test('a good network hands on at once, in both directions', () => {
  const { network, arrived } = open();
  network.fromDevice(Buffer.concat([message(1), message(2)]), noFaults);
  network.fromBroker(Uint8Array.of(5), noFaults);
  expect(arrived).toEqual(['up 1', 'up 2', 'down 5']);
});

test('a slow network delays both directions and keeps the order when it becomes fast again', () => {
  const { clock, network, arrived } = open();
  const slow = { ...noFaults, delayMs: 1_000 };
  network.fromDevice(message(1), slow);
  network.fromBroker(Uint8Array.of(5), slow);
  clock.advance(400);
  network.fromDevice(message(2), noFaults);
  clock.advance(599);
  expect(arrived).toEqual([]);
  clock.advance(1);
  expect(arrived).toEqual(['up 1', 'up 2', 'down 5']);
  network.fromDevice(message(3), noFaults);
  expect(arrived.at(-1)).toBe('up 3');
  expect(clock.pending).toBe(0);
});

test('a message that waits to be overtaken goes after two seconds, also when the device says nothing more', () => {
  const { clock, network, arrived } = open();
  network.fromDevice(message(1), { ...noFaults, reorderShare: 1 });
  network.fromDevice(ping, noFaults);
  clock.advance(1_999);
  expect(arrived).toEqual(['up 0']);
  clock.advance(1);
  expect(arrived).toEqual(['up 0', 'up 1']);
});

test('a lost message is acknowledged to the device', () => {
  const { network, arrived } = open();
  network.fromDevice(message(7), { ...noFaults, lossShare: 1 });
  expect(arrived).toEqual(['down 7']);
});

test('what is under way goes with the connection', () => {
  const { clock, network, arrived } = open();
  network.fromDevice(message(1), { ...noFaults, reorderShare: 1 });
  network.fromDevice(message(2).subarray(0, 3), noFaults);
  network.fromBroker(Uint8Array.of(5), { ...noFaults, delayMs: 10 });
  network.clear();
  clock.advance(10_000);
  network.fromDevice(message(3), noFaults);
  expect(arrived).toEqual(['up 3']);
  expect(clock.pending).toBe(0);
});

test('a network that is slower than its device talks breaks the connection instead of growing', () => {
  const { clock, network, overflows, arrived } = open();
  const slow = { ...noFaults, delayMs: 10_000 };
  const large = publishOf({ topic: 't', payload: Buffer.alloc(100_000), qos: 0 }, 4);
  for (let count = 0; count < 2; count += 1) network.fromDevice(large, slow);
  expect(overflows()).toBe(0);
  network.fromDevice(large, slow);
  expect(overflows()).toBe(1);
  clock.advance(20_000);
  expect(arrived).toEqual([]);
});
