/** Length of the sliding window; one bucket for each second. */
export const ERROR_WINDOW_S = 60;
/** The alarm begins above this share of failed messages (mqtt-platform: 5 %) … */
export const ERROR_RATE_HIGH = 0.05;
/** … and ends below this one, so that a rate near the limit does not make it come and go. */
export const ERROR_RATE_NORMAL = 0.03;
/** With fewer messages one single failure would be an alarm. */
export const ERROR_MIN_MESSAGES = 20;

export const errorCauses = ['malformed', 'unparsableTopic', 'handlerErrors', 'publishFailed'] as const;
export type ErrorCause = (typeof errorCauses)[number];

/** What happened since the last step: messages in and out, and those of them that failed, by cause. */
export type ErrorSample = { readonly messages: number } & { readonly [cause in ErrorCause]: number };
type Bucket = ErrorSample & { readonly second: number };

export type ErrorRateState = { readonly isActive: boolean; readonly buckets: readonly Bucket[] };
export const noErrors: ErrorRateState = { isActive: false, buckets: [] };

export type ErrorRate = {
  readonly messages: number;
  readonly failed: number;
  /** 0–1. */
  readonly rate: number;
  /** The most frequent one. */
  readonly cause: ErrorCause | null;
};

/** Moves the window on to `now` (monotonic ms) and takes a sample in. */
export function nextErrorRate({ isActive, buckets }: ErrorRateState, sample: ErrorSample, now: number): ErrorRateState {
  const second = Math.floor(now / 1000);
  const kept = buckets.filter((bucket) => bucket.second > second - ERROR_WINDOW_S);
  const next = { isActive, buckets: isEmpty(sample) ? kept : [...kept, { ...sample, second }] };
  const { messages, rate } = errorRateOf(next);
  if (isActive) return { ...next, isActive: messages > 0 && rate >= ERROR_RATE_NORMAL };
  return { ...next, isActive: messages >= ERROR_MIN_MESSAGES && rate > ERROR_RATE_HIGH };
}

/** The figures of the window. */
export function errorRateOf({ buckets }: ErrorRateState): ErrorRate {
  const sum = (name: keyof ErrorSample) => buckets.reduce((total, bucket) => total + bucket[name], 0);
  const messages = sum('messages');
  const byCause = errorCauses.map((cause) => ({ cause, count: sum(cause) }));
  const failed = byCause.reduce((total, { count }) => total + count, 0);
  const [most] = byCause.sort((a, b) => b.count - a.count);
  // A malformed message whose handler fails too is one message with two failures.
  const rate = messages === 0 ? 0 : Math.min(1, failed / messages);
  return { messages, failed, rate, cause: most && most.count > 0 ? most.cause : null };
}

function isEmpty(sample: ErrorSample): boolean {
  return sample.messages === 0 && errorCauses.every((cause) => sample[cause] === 0);
}
