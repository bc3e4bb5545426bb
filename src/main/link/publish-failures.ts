import { failure, type Failure } from '../../shared/domain/result';

/** Server codes of publishing (wire contract 6.2), in `details.contractCode` of a failure. Topics here are built from parsed ids: no 5102. */
export const contractCodes = {
  publishFailed: 5101,
  payloadSerializationFailed: 5103,
  connectionLost: 5104,
  retryExhausted: 5105,
  brokerUnavailable: 5106,
  authenticationFailed: 5107,
} as const;
export type ContractCode = (typeof contractCodes)[keyof typeof contractCodes];

/** MQTT 5 reason codes with which a broker says that this login may not: bad user name or password, not authorized. */
const REFUSED_LOGIN: readonly unknown[] = [134, 135];

const unavailable = (message: string, contractCode: ContractCode): Failure =>
  failure('broker_unavailable', message, { retryable: true, details: { contractCode } }).error;

/** Nothing was sent: there is no connection. */
export const notConnected = unavailable(
  'The console has no connection to the broker, so nothing was sent.',
  contractCodes.brokerUnavailable,
);

/** Nothing was sent: the breaker is open. */
export const breakerOpen = unavailable(
  'The broker failed five times in a row, so nothing was sent. Try again in 30 seconds.',
  contractCodes.retryExhausted,
);

const notTaken = 'The broker did not take the message over.';

/**
 * Why the broker did not take over what was sent. `isSameConnection` tells a broker that is silent or refuses from one
 * that was lost meanwhile.
 */
export function notTakenOver(error: Error, isSameConnection: boolean): Failure {
  if (isRefusedLogin(error))
    return failure('forbidden', 'The broker does not allow the console to publish this. Check its access list.', {
      details: { contractCode: contractCodes.authenticationFailed },
    }).error;
  return unavailable(notTaken, isSameConnection ? contractCodes.publishFailed : contractCodes.connectionLost);
}

/** An answer of a broker that works: it does not let this login publish this. No failure for the breaker. */
export function isRefusedLogin(error: Error): boolean {
  return 'code' in error && REFUSED_LOGIN.includes(error.code);
}

/** The failure of encoding with its contract code. */
export function notEncoded(error: Failure): Failure {
  return { ...error, details: { ...error.details, contractCode: contractCodes.payloadSerializationFailed } };
}
