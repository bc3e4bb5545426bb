import { jobErrorCodes, type JobError, type JobErrorCode } from '../../../shared/domain/job-errors';

/* What the page says about a failed job: the pure part. The sentences are in resources/locales, commissioning.errors. */

type SpokenName =
  | 'path'
  | 'reason'
  | 'chip'
  | 'expected'
  | 'revision'
  | 'required'
  | 'flashSizeBytes'
  | 'requiredBytes'
  | 'baud'
  | 'address'
  | 'status'
  | 'part'
  | 'file'
  | 'rpc'
  | 'error'
  | 'ssid'
  | 'host'
  | 'port'
  | 'deviceId'
  | 'name';

/** The values that our sentences speak of, by code; a code that is not here needs none. They are documented with the codes. */
export const spokenDetails: Readonly<Partial<Record<JobErrorCode, readonly SpokenName[]>>> = {
  port_no_permission: ['path'],
  port_in_use: ['path'],
  port_failed: ['reason'],
  wrong_chip: ['chip', 'expected'],
  chip_too_old: ['revision', 'required'],
  flash_too_small: ['flashSizeBytes', 'requiredBytes'],
  line_unreliable: ['baud'],
  write_refused: ['address', 'status'],
  verify_failed: ['part'],
  image_damaged: ['file', 'reason'],
  device_refused: ['rpc', 'error'],
  wifi_not_found: ['ssid'],
  wifi_not_joined: ['ssid'],
  broker_unreachable: ['host', 'port', 'reason'],
  broker_not_reached: ['host', 'port'],
  device_known: ['deviceId', 'name'],
  account_failed: ['reason'],
  not_seen: ['deviceId'],
  not_adopted: ['reason'],
  not_replaced: ['reason'],
  configuration_refused: ['reason'],
};

/** Values as they stand in a sentence. */
export type SpokenValues = { [name in SpokenName]?: string };

const BYTES_PER_MIB = 1024 * 1024;

/** A flash size as it is printed on modules: binary megabytes, `4 MB`, `1.5 MB`. */
export function flashSizeText(sizeBytes: number): string {
  const size = sizeBytes / BYTES_PER_MIB;
  return `${Number.isInteger(size) ? size : size.toFixed(1)} MB`;
}

/** The values for our own sentences; null when one that they speak of is missing, and the console's sentence must serve. */
export function spokenValues({ code, details }: Pick<JobError, 'code' | 'details'>): SpokenValues | null {
  const values: SpokenValues = {};
  for (const name of spokenDetails[code] ?? []) {
    const value = details[name];
    if (value === undefined || value === '') return null;
    values[name] = valueText(name, value);
  }
  return values;
}

function valueText(name: string, value: string | number | boolean): string {
  if (typeof value !== 'number') return String(value).replace(/[.\s]+$/, '');
  if (name.endsWith('Bytes')) return flashSizeText(value);
  if (name === 'address') return `0x${value.toString(16)}`;
  return String(value);
}

/** A line to type that mends this failure, or null. */
export function commandFor({ code, details }: Pick<JobError, 'code' | 'details'>): string | null {
  if (code === 'broker_on_loopback') return openBrokerCommand;
  const { group } = details;
  return code === 'port_no_permission' && typeof group === 'string' ? groupCommand(group) : null;
}

/** The option by which the console is started so that devices in the network reach its own broker; how it is started depends on its installation. */
export const openBrokerCommand = '--broker-host 0.0.0.0';

/** Gives the present user the group that serial ports belong to. */
export function groupCommand(group: string): string {
  return `sudo usermod -a -G ${group} $USER`;
}

/** A job's failure in what a refused call carries (`details.job` is its code); null for other refusals. */
export function jobErrorIn(message: string, details: Readonly<Record<string, unknown>>): JobError | null {
  const code = jobErrorCodes.find((each) => each === details['job']);
  if (code === undefined) return null;
  const plain = Object.entries(details).filter(
    (entry): entry is [string, string | number | boolean] =>
      entry[0] !== 'job' && ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return { code, message, retryable: true, details: Object.fromEntries(plain) };
}
