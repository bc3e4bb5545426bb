import { implement } from '@orpc/server';
import { contract } from '../../shared/api/contract';
import type { ApiContext } from './context';
import type { Rooms } from './rooms';
import { unwrap, unwrapJob } from './unwrap';

const os = implement(contract).$context<ApiContext>();

/** Ports, images, flash jobs and the serial monitor. */
export function flashProcedures({ flash: { ports, flashing, images, monitor } }: Rooms) {
  const { flash: procedures } = os;
  return {
    ports: procedures.ports.handler(() => ports.list()),
    images: procedures.images.handler(async () => [...(await images.list())]),
    addImage: procedures.addImage.handler(async ({ input: { dataBase64, ...piece }, context }) =>
      unwrap(await images.add({ ...piece, data: Buffer.from(dataBase64, 'base64') }, context.actor)),
    ),
    removeImage: procedures.removeImage.handler(async ({ input, context }) =>
      unwrap(await images.remove(input.id, context.actor)),
    ),
    inspect: procedures.inspect.handler(async ({ input }) =>
      unwrapJob(await flashing.inspect(input.port, input.imageId)),
    ),
    start: procedures.start.handler(async ({ input: { imageId, path, ...rest }, context }) =>
      unwrap(
        await flashing.start(
          { ...rest, ...(imageId !== undefined && { imageId }), ...(path !== undefined && { path }) },
          context.actor,
        ),
      ),
    ),
    backup: procedures.backup.handler(async ({ input, context }) =>
      unwrap(await flashing.backup(input.port, context.actor)),
    ),
    jobs: procedures.jobs.handler(() => [...flashing.jobs()]),
    job: procedures.job.handler(({ input }) => unwrap(flashing.job(input.id))),
    cancel: procedures.cancel.handler(async ({ input }) => unwrap(await flashing.cancel(input.id))),
    monitor: procedures.monitor.handler(async function* ({ input, signal }) {
      yield* monitor(input.port, input.baud ?? MONITOR_BAUD, signal);
    }),
  };
}

/** Speed at which our firmware and the chips' own loader write their log. */
const MONITOR_BAUD = 115_200;

/** What a flashed device is told. */
export function provisioningProcedures({ provisioning }: Rooms) {
  const { provisioning: procedures } = os;
  return {
    broker: procedures.broker.handler(() => provisioning.proposal()),
    scan: procedures.scan.handler(async ({ input }) => unwrapJob(await provisioning.scan(input.port))),
    start: procedures.start.handler(({ input: { port, ...settings }, context }) =>
      unwrap(provisioning.start(port, settings, context.actor)),
    ),
    jobs: procedures.jobs.handler(() => [...provisioning.jobs()]),
    job: procedures.job.handler(({ input }) => unwrap(provisioning.job(input.id))),
    cancel: procedures.cancel.handler(async ({ input }) => unwrap(await provisioning.cancel(input.id))),
  };
}

/** Setups, the bench line, certificates and labels. */
export function commissioningProcedures({ commissioning: { setups, bench, certificates, live } }: Rooms) {
  const { commissioning: procedures } = os;
  return {
    live: procedures.live.handler(async function* ({ context, signal }) {
      yield* live(context.isCongested, signal);
    }),
    start: procedures.start.handler(async ({ input, context }) => unwrap(await setups.start(input, context.actor))),
    list: procedures.list.handler(() => [...setups.list()]),
    get: procedures.get.handler(({ input }) => unwrap(setups.get(input.id))),
    cancel: procedures.cancel.handler(async ({ input }) => unwrap(await setups.cancel(input.id))),
    retry: procedures.retry.handler(async ({ input, context }) => unwrap(await setups.retry(input.id, context.actor))),
    bench: procedures.bench.handler(() => bench.view()),
    setTemplate: procedures.setTemplate.handler(({ input, context }) =>
      unwrap(bench.setTemplate(input, context.actor)),
    ),
    setQueue: procedures.setQueue.handler(({ input, context }) => unwrap(bench.setQueue(input.queue, context.actor))),
    startBench: procedures.startBench.handler(({ input, context }) => unwrap(bench.start(input.ports, context.actor))),
    stopBench: procedures.stopBench.handler(({ context }) => unwrap(bench.stop(context.actor))),
    retryLane: procedures.retryLane.handler(async ({ input, context }) =>
      unwrap(await bench.retry(input.port, context.actor)),
    ),
    certificates: procedures.certificates.handler(({ input }) => certificates.page(input)),
    exportCertificates: procedures.exportCertificates.handler(({ input }) =>
      certificates.export(input.format, input.since),
    ),
    label: procedures.label.handler(async ({ input }) => unwrap(await certificates.label(input.deviceId))),
    labels: procedures.labels.handler(({ input }) => certificates.labelSheet(input.since)),
  };
}
