import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBrokerReach } from '../../../../src/main/provisioning/broker-reach';
import { machineAddresses } from '../../../../src/main/provisioning/machine-addresses';
import { ManualClock } from '../../../fakes/manual-clock';

async function listening(): Promise<{ port: number; close: () => Promise<unknown> }> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve));
  return { port: (server.address() as AddressInfo).port, close };
}

const running = (): AbortSignal => new AbortController().signal;

describe('the way to a broker', () => {
  it('is open when something listens', async () => {
    const { port, close } = await listening();
    onTestFinished(() => void close());
    const clock = new ManualClock();
    expect(await createBrokerReach(clock).connect('127.0.0.1', port, running())).toEqual({ ok: true, address: '127.0.0.1' }); // prettier-ignore
    expect(clock.pending).toBe(0);
  });

  it('is closed, with the reason, when nothing does', async () => {
    const { port, close } = await listening();
    await close();
    expect(await createBrokerReach(new ManualClock()).connect('127.0.0.1', port, running())).toEqual({
      ok: false,
      reason: 'nothing listens at that port',
    });
  });

  it('finds the address of a name, and takes an address as it is', async () => {
    const reach = createBrokerReach(new ManualClock());
    expect(await reach.lookUp('10.0.4.2', running())).toEqual({ ok: true, address: '10.0.4.2' });
    expect((await reach.lookUp('localhost', running())).ok).toBe(true);
  });

  it('says that a name is not known, or that nobody can be asked', async () => {
    const found = await createBrokerReach(new ManualClock()).lookUp('broker.invalid', running());
    expect(found).toEqual({
      ok: false,
      reason: expect.stringMatching(/^(its name is not known in this network|no name server answers)$/) as string,
    });
  });

  it.each([
    ['the deadline', (clock: ManualClock) => clock.advance(5_000), 'it does not answer within 5 s'],
    ['the end of the job', (_clock: ManualClock, job: AbortController) => job.abort(), 'the job was ended'],
  ])('is given up at %s', async (_name, end, reason) => {
    const { port, close } = await listening();
    onTestFinished(() => void close());
    const clock = new ManualClock();
    const job = new AbortController();
    const reached = createBrokerReach(clock).connect('127.0.0.1', port, job.signal);
    end(clock, job); // before the event loop can turn, so before any answer
    expect([await reached, clock.pending]).toEqual([{ ok: false, reason }, 0]);
  });
});

it('the way to a broker is not even tried by a job that was ended before', async () => {
  const clock = new ManualClock();
  const reach = createBrokerReach(clock);
  const ended = AbortSignal.abort('cancelled');
  const answers = [await reach.lookUp('10.0.4.2', ended), await reach.connect('127.0.0.1', 1, ended)];
  expect(answers.map((reached) => !reached.ok && reached.reason)).toEqual(['the job was ended', 'the job was ended']);
  expect(clock.pending).toBe(0);
});

it('this machine has a loopback address', () => {
  expect(machineAddresses()).toContainEqual({ interfaceName: expect.any(String) as string, address: '127.0.0.1', family: 4, isInternal: true }); // prettier-ignore
});
