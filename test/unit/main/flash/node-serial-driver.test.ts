import { SerialPort } from 'serialport';
import { expect, it, vi } from 'vitest';
import { NodeSerialDriver } from '../../../../src/main/flash/node-serial-driver';
import { FakeMachine } from '../../../fakes/fake-machine';
import { ManualClock } from '../../../fakes/manual-clock';

it('closes a port that opened too late, and is not hurt when that fails because it has gone', async () => {
  const opening = Promise.withResolvers<Awaited<ReturnType<typeof SerialPort.binding.open>>>();
  const open = vi.spyOn(SerialPort.binding, 'open').mockReturnValue(opening.promise);
  const clock = new ManualClock();
  const opened = new NodeSerialDriver(new FakeMachine(), clock).open('/dev/ttyUSB0', 115_200);
  clock.advance(5_000);
  expect(await opened).toMatchObject({ ok: false, error: { code: 'port_failed' } });
  let closes = 0;
  const close = () => {
    closes += 1;
    return Promise.reject(new Error('Input/output error'));
  };
  opening.resolve({ close } as Awaited<ReturnType<typeof SerialPort.binding.open>>);
  await new Promise((resolve) => setImmediate(resolve));
  expect([closes, clock.pending]).toEqual([1, 0]);
  open.mockRestore();
});
