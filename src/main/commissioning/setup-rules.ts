import type { SetupInput, SetupJob } from '../../shared/api/commissioning';
import type { ProvisioningJob } from '../../shared/api/provisioning';
import { jobErrorCodes, type JobError, type JobErrorCode } from '../../shared/domain/job-errors';
import { failure, type Failure } from '../../shared/domain/result';

/** Why these wishes make no setup together, as `invalid`; null when they do. */
export function inputRefusal({ imageId, settings, method, replaces }: SetupInput): Failure | null {
  if (imageId === null && settings === null)
    return failure('invalid', 'There is nothing to do. Choose an image, or give settings, or both.').error;
  if (settings === null && replaces !== undefined)
    return failure('invalid', 'A device that takes the place of another needs settings. Give Wi-Fi and broker.').error;
  if (settings !== null && imageId === null && method === 'partition')
    return failure(
      'invalid',
      'A settings partition goes into the device with its image. Choose an image, or the method "serial".',
    ).error;
  return null;
}

/** A job that was refused before it began, as the error of the setup. */
export function refusalError({ code, message, details }: Failure): JobError {
  const named = jobErrorCodes.find((one) => one === details?.['job']);
  const told = Object.entries(details ?? {}).filter(
    (entry): entry is [string, string | number | boolean] =>
      entry[0] !== 'job' && ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  const values = Object.fromEntries(told);
  return { code: named ?? codeOf(code, values), message, retryable: true, details: values };
}

/** The rooms name the port's own errors themselves; what is left is about a zone, a device, or who else is at work. */
function codeOf(code: Failure['code'], values: JobError['details']): JobErrorCode {
  if (code === 'not_found') return 'zoneId' in values ? 'not_adopted' : 'port_absent';
  if (code === 'conflict' && 'deviceId' in values) return 'device_known';
  return code === 'conflict' || code === 'busy' ? 'port_in_use' : 'internal';
}

/** Has this setup made a board part of the plant, or at least proved its flash where nothing else was wished? */
export function isAdopted({ state, provisioning }: SetupJob): boolean {
  return state === 'done' || (provisioning !== null && hasAdopted(provisioning));
}

function hasAdopted({ steps }: ProvisioningJob): boolean {
  return steps.some(({ id, state }) => id === 'adopt' && state === 'done');
}
